import type { Knex } from 'knex';
import type { StepReceipt, Steps, StepTransaction } from '../activities/ports.ts';
import { MissingRowError } from './sql.ts';
import { createStepTransaction } from './stores/step-transaction.ts';

const UNIQUE_VIOLATION = '23505';

/** Steps over PostgreSQL: one transaction holds the receipt, the change, the notes and the status. */
export function createSteps(knex: Knex): Steps {
  return {
    async once<T>(receipt: StepReceipt, work: (tx: StepTransaction) => Promise<T>): Promise<T> {
      const run = (): Promise<T> =>
        knex.transaction(async (trx) => {
          const result = await work(createStepTransaction(trx));
          await trx('step_receipts').insert({
            workflow_id: receipt.workflowId,
            step: receipt.step,
            result: JSON.stringify(result),
          });
          return result;
        });

      const recorded = await recordedResult(knex, receipt);
      if (recorded !== undefined) return recorded.result as T;
      try {
        return await run();
      } catch (error) {
        if (!lostRace(error)) throw error;
        // The same step committed on another attempt meanwhile: its result counts, this one left nothing.
        const winner = await recordedResult(knex, receipt);
        if (winner !== undefined) return winner.result as T;
        // Another step did. A statement that waits for a lock goes on with what it saw before the wait, so the
        // rules could not refuse in words what the constraint has refused: the second run sees what was committed.
        return await run();
      }
    },
  };
}

/** What the step returned when it committed, if it did. */
async function recordedResult(knex: Knex, receipt: StepReceipt): Promise<{ result: unknown } | undefined> {
  return knex<{ workflow_id: string; step: string; result: unknown }>('step_receipts')
    .where({ workflow_id: receipt.workflowId, step: receipt.step })
    .first('result');
}

/** A row that was not there is, or one that was there has moved on. */
function lostRace(error: unknown): boolean {
  if (error instanceof MissingRowError) return true;
  return error instanceof Error && 'code' in error && error.code === UNIQUE_VIOLATION;
}

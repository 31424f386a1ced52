import type { Knex } from 'knex';
import type { StepReceipt, Steps, StepTransaction } from '../activities/ports.ts';
import { createStepTransaction } from './stores/step-transaction.ts';

const UNIQUE_VIOLATION = '23505';

/** Steps over PostgreSQL: one transaction holds the receipt, the change, the notes and the status. */
export function createSteps(knex: Knex): Steps {
  return {
    async once<T>(receipt: StepReceipt, work: (tx: StepTransaction) => Promise<T>): Promise<T> {
      const recorded = await recordedResult(knex, receipt);
      if (recorded !== undefined) return recorded.result as T;
      try {
        return await knex.transaction(async (trx) => {
          const result = await work(createStepTransaction(trx));
          await trx('step_receipts').insert({
            workflow_id: receipt.workflowId,
            step: receipt.step,
            result: JSON.stringify(result),
          });
          return result;
        });
      } catch (error) {
        // The same step committed on another attempt meanwhile: its result counts, this one left nothing.
        const winner = isUniqueViolation(error) ? await recordedResult(knex, receipt) : undefined;
        if (winner === undefined) throw error;
        return winner.result as T;
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

function isUniqueViolation(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === UNIQUE_VIOLATION;
}

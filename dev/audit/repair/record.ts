import type { Knex } from 'knex';
import { v5 } from 'uuid';
import { row } from '../../../db/sql.ts';
import { appendNote } from '../../../db/stores/account-notes.ts';
import { lockPlanChange } from '../../../db/stores/agreed-change.ts';
import type { MessageAuthor, PlanChangeInput } from '../../../workflows/contract.ts';
import { decide, type Repair } from './decide.ts';
import { factsOf } from './facts.ts';
import type { WorkflowFound } from './workflows.ts';

const REPAIRS = 'c3a8d1f4-5f0b-5f0e-8a55-6d0f9b1c7e42';

/**
 * What is intended: the note comes first, so that nothing is repaired unnoted. What came of it is in the notes after
 * it, each written with its step; where the change moved on meanwhile there is none.
 */
const SENTENCES = {
  cancel:
    'Its workflow was ended outside the product, and nothing was applied: it is to be closed as cancelled, and the customer to be told by mail.',
  finish:
    'Its workflow was ended outside the product after the plan had been applied as agreed: it is to go on.',
  catch_up: 'Its workflow was set back outside the product: it is to be brought to where the record stands.',
} as const;

/**
 * Writes a repair into the record, in one transaction: the facts are looked at again under the lock of the
 * change, then the note that says who repairs. One note per run of the workflow, however often it is tried.
 * @returns false when the facts call for something else meanwhile; nothing is written then
 */
export async function recordRepair(
  knex: Knex,
  planChangeId: string,
  kind: Exclude<Repair['kind'], 'undecided'>,
  workflow: WorkflowFound,
  operator: MessageAuthor,
): Promise<boolean> {
  return knex.transaction(async (trx) => {
    const { customerId } = await lockPlanChange(trx, planChangeId);
    const facts = await factsOf(trx, planChangeId);
    if (!facts || decide(facts, workflow.stands)?.kind !== kind) return false;
    const { revision } = await row<{ revision: number }>(
      trx,
      `SELECT count(*)::int + 1 AS revision FROM account_notes WHERE plan_change_id = :planChangeId AND kind = 'repaired'`,
      { planChangeId },
    );
    const requestId = v5(`${planChangeId} ${workflow.runId} ${kind}`, REPAIRS);
    const body = SENTENCES[kind];
    await appendNote(trx, {
      customerId,
      planChangeId,
      author: operator,
      kind: 'repaired',
      revision,
      requestId,
      body,
    });
    return true;
  });
}

/** The input of the workflow, from the record: what it was started with may be forgotten. */
export async function inputOf(knex: Knex, planChangeId: string): Promise<PlanChangeInput> {
  const found = await row<{
    customerId: string;
    agentId: string;
    identificationId: string;
    planCode: string;
    promotionCode: string | null;
    when: PlanChangeInput['activation']['when'];
    date: string;
    replacesId: string | null;
    revertsId: string | null;
  }>(
    knex,
    `SELECT customer_id AS "customerId", agent_id AS "agentId", identification_id AS "identificationId",
       requested_plan_code AS "planCode", promotion_code AS "promotionCode", activation_when AS when, effective_date AS date,
       replaces_id AS "replacesId", reverts_id AS "revertsId"
     FROM plan_changes WHERE id = :planChangeId`,
    { planChangeId },
  );
  const { when, date, ...rest } = found;
  return { ...rest, planChangeId, activation: when === 'on_date' ? { when, date } : { when } };
}

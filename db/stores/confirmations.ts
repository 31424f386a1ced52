import type { Knex } from 'knex';
import { appendNote } from './account-notes.ts';

export interface Confirmation {
  readonly planChangeId: string;
  readonly customerId: string;
  readonly agentId: string;
  readonly explained: readonly string[];
  readonly channel: string;
}

/** Records once that the customer was told; a repeat changes nothing. */
export async function confirmPlanChange(knex: Knex, confirmation: Confirmation): Promise<void> {
  await knex.transaction(async (trx) => {
    const updated = await trx('plan_changes')
      .where({ id: confirmation.planChangeId, confirmed_at: null })
      .update({ confirmed_at: trx.fn.now() });
    if (updated === 0) return;
    await appendNote(trx, {
      customerId: confirmation.customerId,
      planChangeId: confirmation.planChangeId,
      kind: 'confirmed',
      body: `Told the customer by ${confirmation.channel} that the change is complete: ${confirmation.explained.join('; ')}`,
      author: { type: 'agent', id: confirmation.agentId },
    });
  });
}

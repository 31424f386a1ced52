import type { CloseOrphanInput, CloseOrphanResult } from './contract.ts';
import { startNotice } from './mails.ts';
import { workflowNow } from './plan-change-messages.ts';
import { local } from './steps.ts';

/**
 * Ends a change whose own workflow was ended outside the product or lost, and of which nothing is applied: the
 * step, the note and the mail to the customer are those of a cancellation.
 */
export async function closeOrphan(input: CloseOrphanInput): Promise<CloseOrphanResult> {
  const { planChangeId, customerId, expected, author } = input;
  const { outcome, ...closed } = await local.closePlanChange({
    planChangeId,
    customerId,
    cause: `repair:${expected.status}:${expected.revision}`,
    expected,
    status: 'cancelled',
    author,
    remarkId: null,
    now: workflowNow(),
  });
  if ('mailId' in closed) await startNotice(input, closed.mailId);
  return { outcome };
}

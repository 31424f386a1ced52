import { instantWords } from '../domain/noted-instants.ts';
import type { DeliverMailDeps } from './deliver-mail.ts';
import { deliverMail } from './deliver-mail.ts';
import { givenUpWords } from './given-up-words.ts';
import type { Steps } from './ports.ts';
import { receipt } from './step.ts';

export interface SummaryInput {
  readonly planChangeId: string;
  readonly customerId: string;
  readonly mailId: string;
  /** Workflow time, ISO instant. */
  readonly now: string;
}

/** "Send a summary of the new plan details to the customer's email"; with it the change is complete. */
export function sendSummary(deps: DeliverMailDeps & { steps: Steps }) {
  return async (input: SummaryInput): Promise<{ readonly outcome: 'accepted' }> => {
    const { providerMessageId } = await deliverMail(deps, input.mailId);
    return deps.steps.once(receipt('sendSummary'), async (tx) => {
      // The change before the mail: the order in which the provider's events lock them.
      await tx.updatePlanChange(input.planChangeId, { status: 'completed', closedAt: input.now });
      await tx.updateMail(input.mailId, { status: 'accepted', providerMessageId });
      await tx.appendNote({
        customerId: input.customerId,
        planChangeId: input.planChangeId,
        kind: 'completed',
        body: `The mail provider accepted the summary (${providerMessageId ?? 'no id'}). The plan change is complete.${instantWords('Closed', input.now)}`,
        author: { type: 'system', id: null },
      });
      return { outcome: 'accepted' };
    });
  };
}

/** The mail could not be sent for days, or never will be: the change stands, an agent is asked to take over. */
export function giveUpSummary(deps: { steps: Steps }) {
  return (input: SummaryInput & { readonly cause: string }): Promise<{ readonly outcome: 'given_up' }> =>
    deps.steps.once(receipt('giveUpSummary'), async (tx) => {
      await tx.updatePlanChange(input.planChangeId, { status: 'completed', closedAt: input.now });
      const { status } = await tx.lockMail(input.mailId);
      await tx.updateMail(input.mailId, { status: 'given_up' });
      await tx.appendNote({
        customerId: input.customerId,
        planChangeId: input.planChangeId,
        kind: 'email_given_up',
        body: `${givenUpWords('summary', status, input.cause)} The plan change stands; tell the customer by other means.${instantWords('Closed', input.now)}`,
        author: { type: 'system', id: null },
      });
      return { outcome: 'given_up' };
    });
}

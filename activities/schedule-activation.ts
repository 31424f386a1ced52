import { formatClockTime, formatDateForPeople } from '../domain/calendar.ts';
import type { AgreedChange, Steps } from './ports.ts';
import type { AcceptedConsent } from './accepted-consent.ts';
import { acceptConsent } from './accepted-consent.ts';
import type { ExpectedStanding, Overtaken } from './standing.ts';
import { overtaken } from './standing.ts';
import { receipt } from './step.ts';

export interface ScheduleActivationInput {
  readonly planChangeId: string;
  readonly messageId: string;
  readonly expected: ExpectedStanding;
  readonly consent: AcceptedConsent;
}

/** Attaches the consent to a change that waits for its date. */
export function scheduleActivation(deps: { steps: Steps }) {
  return (input: ScheduleActivationInput): Promise<{ readonly outcome: 'scheduled' } | Overtaken> =>
    deps.steps.once(receipt('scheduleActivation', input.messageId), async (tx) => {
      const agreed = await tx.lockPlanChange(input.planChangeId);
      const ahead = overtaken(agreed, input.expected);
      if (ahead) return ahead;
      await acceptConsent(tx, agreed, input.consent);
      await tx.updatePlanChange(input.planChangeId, { status: 'scheduled' });
      await tx.appendNote({
        customerId: agreed.customerId,
        planChangeId: input.planChangeId,
        kind: 'scheduled',
        revision: agreed.quoteRevision,
        body: `${agreed.to.planName} starts on ${formatDateForPeople(agreed.effectiveDate)} ${clockOf(agreed)}.`,
        author: input.consent.author,
      });
      return { outcome: 'scheduled' };
    });
}

/** When that date begins for the customer. */
function clockOf({ activateAt, timeZone }: AgreedChange): string {
  return activateAt === null ? '' : `, at ${formatClockTime(activateAt, timeZone)}`;
}

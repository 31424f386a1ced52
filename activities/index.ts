import type { Policy } from '../domain/policy.ts';
import { activatePlan } from './activate-plan.ts';
import { closePlanChange } from './close-plan-change.ts';
import { withFaults } from './faults.ts';
import { giveUpNotice, remindCustomer, requestConsent, sendNotice } from './notices.ts';
import { noteIgnoredCancellation } from './note-ignored-cancellation.ts';
import { openPlanChange } from './open-plan-change.ts';
import type { Mailer, MailTemplates, Outbox, Steps } from './ports.ts';
import { requotePlanChange } from './requote-plan-change.ts';
import { scheduleActivation } from './schedule-activation.ts';
import { giveUpSummary, sendSummary } from './send-summary.ts';
import { compensateActivation, holdLateActivation } from './stop-activation.ts';
import { verifyActivation } from './verify-activation.ts';

export interface ActivityDeps {
  readonly steps: Steps;
  readonly outbox: Outbox;
  readonly mailer: Mailer;
  readonly templates: MailTemplates;
  readonly policy: Policy;
  readonly mailUnknownForMs: number;
}

export type Activities = ReturnType<typeof createActivities>;

/** The durable steps of a plan change over the given ports. */
export function createActivities(deps: ActivityDeps) {
  return withFaults({
    openPlanChange: openPlanChange(deps),
    requotePlanChange: requotePlanChange(deps),
    scheduleActivation: scheduleActivation(deps),
    activatePlan: activatePlan(deps),
    verifyActivation: verifyActivation(deps),
    compensateActivation: compensateActivation(deps),
    holdLateActivation: holdLateActivation(deps),
    closePlanChange: closePlanChange(deps),
    sendSummary: sendSummary(deps),
    giveUpSummary: giveUpSummary(deps),
    noteIgnoredCancellation: noteIgnoredCancellation(deps),
    remindCustomer: remindCustomer(deps),
    requestConsent: requestConsent(deps),
    sendNotice: sendNotice(deps),
    giveUpNotice: giveUpNotice(deps),
  });
}

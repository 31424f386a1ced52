import { ActivityCancellationType, proxyActivities, proxyLocalActivities } from '@temporalio/workflow';
import type { Activities } from '../activities/index.ts';
import { FAULT } from '../domain/failures.ts';

const nonRetryableErrorTypes = [FAULT.DATABASE_REFUSED, FAULT.DATA_UNUSABLE, FAULT.MAIL_REFUSED];

/**
 * Short steps run as local activities: no task of their own, so a change costs few events and actions. While
 * the database is away their retries become server timers after `localRetryThreshold`, instead of heartbeats.
 * What a message makes irrevocable never runs here (see `durable`); the rest finds out where the database
 * stands when a message was lost after its step had committed (activities/standing.ts).
 */
export const local = proxyLocalActivities<
  Pick<
    Activities,
    | 'openPlanChange'
    | 'requotePlanChange'
    | 'scheduleActivation'
    | 'activatePlan'
    | 'verifyActivation'
    | 'compensateActivation'
    | 'holdLateActivation'
    | 'closePlanChange'
    | 'giveUpSummary'
    | 'noteIgnoredCancellation'
    | 'remindCustomer'
    | 'requestConsent'
    | 'giveUpNotice'
  >
>({
  startToCloseTimeout: '5 seconds',
  localRetryThreshold: '2 seconds',
  retry: {
    initialInterval: '200 milliseconds',
    backoffCoefficient: 2,
    maximumInterval: '20 seconds',
    nonRetryableErrorTypes,
  },
});

/**
 * The activation that a consent asks for. An ordinary activity: the consent is in the history before anything
 * is applied. It counts if it commits within ten minutes, else the change is held. A dated activation follows
 * from its timer, which is in the history already, and is due whenever the database is back: it runs as `local`.
 */
export const durable = proxyActivities<Pick<Activities, 'activatePlan'>>({
  startToCloseTimeout: '10 seconds',
  scheduleToCloseTimeout: '10 minutes',
  retry: {
    initialInterval: '500 milliseconds',
    backoffCoefficient: 2,
    maximumInterval: '10 seconds',
    nonRetryableErrorTypes,
  },
  summary: 'apply the plan as agreed',
});

/**
 * Mail trouble never undoes an applied change: it is retried for three days, then handed to people. An attempt under
 * way is waited for when operations cancel: what came of it decides whether people are asked. The attempt of a killed
 * worker is noticed by its timeout alone, and within a minute nothing may be stuck (I19).
 */
export const mail = proxyActivities<Pick<Activities, 'sendSummary' | 'sendNotice'>>({
  startToCloseTimeout: '45 seconds',
  scheduleToCloseTimeout: '3 days',
  cancellationType: ActivityCancellationType.WAIT_CANCELLATION_COMPLETED,
  retry: {
    initialInterval: '1 second',
    backoffCoefficient: 2,
    maximumInterval: '5 minutes',
    nonRetryableErrorTypes,
  },
  summary: 'send the mail to the customer',
});

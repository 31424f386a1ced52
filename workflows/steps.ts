import { proxyActivities, proxyLocalActivities } from '@temporalio/workflow';
import type { Activities } from '../activities/index.ts';
import { FAULT } from '../domain/failures.ts';

const nonRetryableErrorTypes = [FAULT.DATABASE_REFUSED, FAULT.STEP_OUT_OF_ORDER, FAULT.MAIL_REFUSED];

/**
 * Short steps run as local activities: one round trip to the database, no task of their own. While the
 * database is away their retries become server timers after `localRetryThreshold`, instead of heartbeats.
 */
export const local = proxyLocalActivities<
  Pick<
    Activities,
    | 'openPlanChange'
    | 'requotePlanChange'
    | 'scheduleActivation'
    | 'verifyActivation'
    | 'compensateActivation'
    | 'holdLateActivation'
    | 'closePlanChange'
    | 'giveUpSummary'
    | 'noteIgnoredCancellation'
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

const activationRetry = {
  initialInterval: '500 milliseconds',
  backoffCoefficient: 2,
  maximumInterval: '10 seconds',
  nonRetryableErrorTypes,
} as const;

/** Consent in time is applied with the quoted date and numbers if it commits within ten minutes, else held. */
export const immediate = proxyActivities<Pick<Activities, 'activatePlan'>>({
  startToCloseTimeout: '10 seconds',
  scheduleToCloseTimeout: '10 minutes',
  retry: activationRetry,
  summary: 'apply the plan as agreed',
});

/** A dated activation is due whenever the database is back. */
export const dated = proxyActivities<Pick<Activities, 'activatePlan'>>({
  startToCloseTimeout: '10 seconds',
  retry: activationRetry,
  summary: 'apply the plan as agreed, on its date',
});

/** Mail trouble never undoes an applied change: it is retried for three days, then handed to people. */
export const mail = proxyActivities<Pick<Activities, 'sendSummary'>>({
  startToCloseTimeout: '60 seconds',
  scheduleToCloseTimeout: '3 days',
  retry: {
    initialInterval: '1 second',
    backoffCoefficient: 2,
    maximumInterval: '5 minutes',
    nonRetryableErrorTypes,
  },
  summary: 'send the summary to the customer',
});

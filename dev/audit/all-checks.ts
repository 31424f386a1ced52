import type { Check } from './check.ts';
import { accountNotes } from './checks/account-notes.ts';
import { acknowledgedIsDurable } from './checks/acknowledged-is-durable.ts';
import { activationTime } from './checks/activation-time.ts';
import { activePeriod } from './checks/active-period.ts';
import { chargesAsQuoted } from './checks/charges-as-quoted.ts';
import { consentBeforeActivation } from './checks/consent-before-activation.ts';
import { errorsAreProblems } from './checks/errors-are-problems.ts';
import { everyHistoryReplays } from './checks/every-history-replays.ts';
import { noOrphans } from './checks/no-orphans.ts';
import { noPersonalData } from './checks/no-personal-data.ts';
import { oneActivation } from './checks/one-activation.ts';
import { oneSummary } from './checks/one-summary.ts';
import { quoteArithmetic } from './checks/quote-arithmetic.ts';
import { sameAnswer } from './checks/same-answer.ts';
import { takenBack } from './checks/taken-back.ts';
import { terminalStatus } from './checks/terminal-status.ts';

/** The invariants that are checked, in order. A new one is a further entry. */
export const CHECKS: readonly Check[] = [
  activePeriod,
  consentBeforeActivation,
  chargesAsQuoted,
  quoteArithmetic,
  oneActivation,
  activationTime,
  terminalStatus,
  takenBack,
  accountNotes,
  oneSummary,
  sameAnswer,
  noOrphans,
  noPersonalData,
  everyHistoryReplays,
  errorsAreProblems,
  acknowledgedIsDurable,
];

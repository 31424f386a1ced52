import type { Check } from './check.ts';
import { accountNotes } from './checks/account-notes.ts';
import { acknowledgedIsDurable } from './checks/acknowledged-is-durable.ts';
import { activationTime } from './checks/activation-time.ts';
import { activePeriod } from './checks/active-period.ts';
import { chargesAsQuoted } from './checks/charges-as-quoted.ts';
import { consentBeforeActivation } from './checks/consent-before-activation.ts';
import { consentLinks } from './checks/consent-links.ts';
import { errorsAreProblems } from './checks/errors-are-problems.ts';
import { everyHistoryReplays } from './checks/every-history-replays.ts';
import { noOrphans } from './checks/no-orphans.ts';
import { noPersonalData } from './checks/no-personal-data.ts';
import { nothingStuck } from './checks/nothing-stuck.ts';
import { oneActivation } from './checks/one-activation.ts';
import { oneSummary } from './checks/one-summary.ts';
import { ownIdentification } from './checks/own-identification.ts';
import { quoteArithmetic } from './checks/quote-arithmetic.ts';
import { quotedAsOffered } from './checks/quoted-as-offered.ts';
import { sameAnswer } from './checks/same-answer.ts';
import { schemaAsMigrated } from './checks/schema-as-migrated.ts';
import { takenBack } from './checks/taken-back.ts';
import { terminalStatus } from './checks/terminal-status.ts';

/** The invariants of docs/ARCHITECTURE.md, I1 to I21, in order. A new one is a further entry. */
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
  consentLinks,
  ownIdentification,
  noOrphans,
  noPersonalData,
  everyHistoryReplays,
  errorsAreProblems,
  acknowledgedIsDurable,
  nothingStuck,
  quotedAsOffered,
  schemaAsMigrated,
];

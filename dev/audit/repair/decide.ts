import { isTerminal } from '../../../domain/plan-change-status.ts';
import type { ChangeFacts } from './facts.ts';

/**
 * How the workflow of a change stands: it lives (paused ones too), works at something, was ended from outside or
 * by a fault, ended by itself, or is not known to the server any more.
 */
export type WorkflowStands = 'alive' | 'busy' | 'ended' | 'completed' | 'gone';

/**
 * - `cancel`: nothing of it is applied, so the record is closed.
 * - `finish`: it is applied and reads back as agreed, so its workflow is taken up again and sends the summary.
 * - `catch_up`: its workflow is behind the record, after a reset, and is told so.
 * - `undecided`: facts disagree, or money would have to be guessed: people decide.
 */
export type Repair =
  { readonly kind: 'cancel' | 'finish' | 'catch_up' } | { readonly kind: 'undecided'; readonly what: string };

const NOT_APPLIED = new Set(['quoting', 'awaiting_consent', 'scheduled', 'held']);
const APPLIED = new Set(['activating', 'activated']);

/** What is to be done about a change; undefined: nothing. Money is never guessed. */
export function decide(facts: ChangeFacts, workflow: WorkflowStands): Repair | undefined {
  if (!facts.isQuiet || workflow === 'busy') return undefined;
  const { status } = facts;
  if (workflow === 'alive')
    return isTerminal(status) || APPLIED.has(status) ? { kind: 'catch_up' } : undefined;
  if (isTerminal(status)) return undefined;
  if (workflow === 'completed') return undecided(`it is ${status}, and its workflow ended by itself`);
  if (facts.isApplied) {
    if (!APPLIED.has(status)) return undecided(`it is ${status} and marked as applied`);
    // Once it was read back only its mail remains, whatever other changes came after it.
    if (status === 'activated' || facts.mismatches.length === 0) return { kind: 'finish' };
    return undecided(`it is applied, and reads back other than agreed: ${facts.mismatches.join(', ')}`);
  }
  if (!NOT_APPLIED.has(status)) return undecided(`it is ${status} and not marked as applied`);
  if (facts.posted > 0 || facts.hasPeriod)
    return undecided(`it is ${status}, and charges or a plan period of it are in force`);
  return { kind: 'cancel' };
}

function undecided(what: string): Repair {
  return { kind: 'undecided', what };
}

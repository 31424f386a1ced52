import { anchor } from './checks/anchor.ts';
import { findingOf, type Check, type CheckInput } from './checks/check.ts';
import { charges, consents, mails } from './checks/consents.ts';
import { course } from './checks/course.ts';
import { laterChanges } from './checks/later-changes.ts';
import { links } from './checks/links.ts';
import { localTimes } from './checks/local-times.ts';
import { notedRecords } from './checks/noted-records.ts';
import { notedTimes } from './checks/noted-times.ts';
import { chain, notesOfEvents } from './checks/notes.ts';
import { people } from './checks/people.ts';
import { recordings } from './checks/recordings.ts';
import { arithmetic, quoteHashes, termsHashes, words } from './checks/quotes.ts';
import type { MadeCheck } from './payload.ts';

/** Every check of what a bundle says, by the name that bundles have it under. */
export const ALL_CHECKS: Readonly<Record<string, Check>> = {
  course,
  people,
  quoteHashes,
  arithmetic,
  termsHashes,
  words,
  consents,
  recordings,
  links,
  charges,
  mails,
  chain,
  notesOfEvents,
  notedRecords,
  laterChanges,
  notedTimes,
  anchor,
  localTimes,
};

/**
 * Checks a record before it is signed, so that its page says only what holds.
 * @param input with every key of the company: what stays unknown then is a problem
 */
export function runChecks(input: CheckInput): MadeCheck[] {
  return Object.entries(ALL_CHECKS).map(([id, check]) => {
    const { looked, problems, unknown = [] } = findingOf(check, input);
    return { id, title: check.title, looked, problems: [...problems, ...unknown] };
  });
}

import type { EvidencePayload, MadeCheck } from '../payload.ts';
import { list, paragraph } from './html.ts';

/** What each statement of the page does not rest on. It rests on all the rest, also on checks that are yet to come. */
const BESIDE = {
  agreement: ['charges', 'mails', 'laterChanges'],
  charges: ['mails', 'laterChanges'],
  later: ['charges', 'mails'],
} as const satisfies Readonly<Record<string, readonly string[]>>;

/** Under which heading a failed check is told once more. */
const CHECKS_OF_SECTION: Readonly<Record<string, readonly string[]>> = {
  timeline: ['course', 'people', 'localTimes', 'notedTimes', 'laterChanges'],
  offered: ['quoteHashes', 'arithmetic'],
  said: ['words'],
  agreed: ['consents', 'recordings', 'links'],
  charged: ['charges'],
  sent: ['mails'],
  notes: ['chain', 'notesOfEvents', 'notedRecords'],
  terms: ['termsHashes'],
  verify: ['anchor'],
};

/** What failed before the record was signed. The first format did not look. */
export function failedChecks(payload: EvidencePayload): readonly MadeCheck[] {
  return payload.checks.filter(({ problems }) => problems.length > 0);
}

/** Whether the page may state what was agreed to, or that it is what was charged. */
export function isEstablished(payload: EvidencePayload, statement: keyof typeof BESIDE): boolean {
  const beside: readonly string[] = BESIDE[statement];
  return failedChecks(payload).every(({ id }) => beside.includes(id));
}

/** What does not hold of a section, as HTML; empty: nothing. */
export function doubts(payload: EvidencePayload, sectionId: string): string {
  const ids = CHECKS_OF_SECTION[sectionId] ?? [];
  const problems = failedChecks(payload).flatMap((check) => (ids.includes(check.id) ? check.problems : []));
  return problems.length === 0 ? '' : `${paragraph('This does not hold:')}${list(problems)}`;
}

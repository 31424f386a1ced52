import { NO_NOTE_BEFORE, noteHash } from '../note-hash.ts';
import type { EvidencePayload } from '../payload.ts';
import { counted, problemsOf, type Check } from './check.ts';

/** Every note of the change carries the right hash, and the chain has neither gap nor fork. */
export const chain: Check = {
  title: 'Notes: hashes recomputed, chained without a gap',
  run: ({ payload: { chain: links, change, customer } }) => {
    const own = links.filter(({ note }) => note !== null).length;
    return {
      looked: [
        counted(own, 'note'),
        counted(links.length - own, 'link', 'links') &&
          `${counted(links.length - own, 'link')} of other notes`,
      ]
        .filter(Boolean)
        .join(', '),
      problems: links.flatMap(({ sequence, hash, note }, index) => {
        const before = index === 0 ? NO_NOTE_BEFORE : (links[index - 1]?.hash ?? '');
        return problemsOf(
          [sequence !== index + 1, `note ${index + 1} is missing from the chain`],
          [
            note !== null && noteHash(before, customer.customerId, sequence, note) !== hash,
            `note ${sequence}, or the hash before it, was altered`,
          ],
          [
            note !== null &&
              note.planChangeId !== change.planChangeId &&
              !(note.planChangeId === null && note.kind === 'identified'),
            `note ${sequence} is about something else`,
          ],
        );
      }),
    };
  },
};

const NOTE_OF_STATUS: Readonly<Record<string, readonly string[]>> = {
  scheduled: ['scheduled'],
  activating: ['plan_applied'],
  activated: ['verified'],
  held: ['held'],
  completed: ['completed', 'email_given_up'],
  rejected: ['rejected'],
  declined: ['declined'],
  expired: ['expired'],
  cancelled: ['cancelled', 'replaced'],
  failed: ['failed'],
};

/** What happened is noted: a note that was left out is missed here even where the hashes would allow it. */
export const notesOfEvents: Check = {
  title: 'Notes: one for every quote, consent and status',
  run: ({ payload }) => {
    const { quotes, consents, change } = payload;
    const own = notesOf(payload);
    const has = (kinds: readonly string[], revision: number | null, words = ''): boolean =>
      own.some(
        (note) =>
          kinds.includes(note.kind) &&
          (revision === null || note.revision === revision) &&
          note.body.includes(words),
      );
    const missing = [
      ...quotes.flatMap(({ revision, hash }) =>
        has(['quoted', 'requoted', 'rescheduled'], revision, hash) ? [] : [`quote ${revision}`],
      ),
      ...consents.flatMap(({ quoteRevision, quoteHash }) =>
        has(['consent_accepted'], quoteRevision, quoteHash) ? [] : [`the consent to quote ${quoteRevision}`],
      ),
      ...change.transitions.flatMap(({ status }) => {
        const kinds = NOTE_OF_STATUS[status];
        return kinds === undefined || has(kinds, null) ? [] : [`the status ${status}`];
      }),
      ...(change.confirmedAt === null || has(['confirmed'], null) ? [] : ['the confirmation']),
    ];
    return {
      looked: counted(quotes.length + consents.length + change.transitions.length, 'event'),
      problems: missing.map((what) => `there is no note of ${what}`),
    };
  },
};

function notesOf({ chain: links, change }: EvidencePayload) {
  return links.flatMap(({ note }) => (note?.planChangeId === change.planChangeId ? [note] : []));
}

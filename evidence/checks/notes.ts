import { NOTES_OF_QUOTES, NOTES_OF_TRANSITION } from '../../domain/note-kinds.ts';
import { recordNamedIn } from '../../domain/noted-records.ts';
import { isFirstFormat } from '../first-format.ts';
import { formerLinkHash, linkHash, NO_NOTE_BEFORE, noteRowHash } from '../note-hash.ts';
import { notesOfChange } from '../notes-of-change.ts';
import type { ChainLink } from '../payload.ts';
import { counted, problemsOf, type Check } from './check.ts';

/** Every note of the change carries the right hash, and the chain has neither gap nor fork. */
export const chain: Check = {
  title: 'Notes: hashes recomputed, chained without a gap',
  run: ({ payload: { chain: links, change, customer, anchor, copy, format, laterChanges } }) => {
    const takingBack = laterChanges.flatMap(({ how, planChangeId }) =>
      how === 'reverts' ? [planChangeId] : [],
    );
    const masked = links.filter(({ note }) => note?.masked).length;
    const last = links.at(-1);
    const own = links.filter(({ note }) => note !== null).length;
    const followed = follow(links, customer.customerId);
    return {
      looked: [
        counted(own, 'note'),
        counted(links.length - own, 'link', 'links') &&
          `${counted(links.length - own, 'link')} of other notes`,
      ]
        .filter(Boolean)
        .join(', '),
      problems: [
        ...problemsOf(
          [
            !isFirstFormat(format) && last?.note === null && last.sequence !== anchor?.head.sequence,
            'the chain goes on after the last note of this change, and not to the anchor: nothing shows whose notes those are',
          ],
          [masked > 0 && copy === 'full', 'a note is masked in a copy that says it is full'],
        ),
        ...followed.problems,
        ...links.flatMap(({ sequence, note }, index) =>
          problemsOf(
            [sequence !== index + 1, `note ${index + 1} is missing from the chain`],
            [
              note !== null &&
                note.planChangeId !== change.planChangeId &&
                !takingBack.includes(note.planChangeId ?? '') &&
                !(note.planChangeId === null && note.kind === 'identified'),
              `note ${sequence} is about something else`,
            ],
          ),
        ),
      ],
      remarks: problemsOf(
        [
          followed.loose > 0,
          `${counted(followed.loose, 'link')} of other notes cannot be followed, being from before the hash of a row went with it: the notes before are tied to those after by the company’s word alone`,
        ],
        [
          masked > 0,
          `${counted(masked, 'note')} of this change ${masked === 1 ? 'is' : 'are'} masked in this copy, and followed by the hash: a full copy shows the words`,
        ],
      ),
    };
  },
};

/**
 * Follows the chain link by link. Links from before rows were hashed apart are taken as such until the first that is
 * not, and never once a note names its record: that came with the same release. `loose`: links to which nothing ties
 * the ones before.
 */
function follow(
  links: readonly ChainLink[],
  customerId: string,
): { readonly problems: readonly string[]; readonly loose: number } {
  const problems: string[] = [];
  let loose = 0;
  let mayBeFormer = true;
  let before = NO_NOTE_BEFORE;
  for (const { sequence, hash, rowHash = null, note } of links) {
    const altered = `note ${sequence}, or the hash before it, was altered`;
    if (note !== null && recordNamedIn(note.body) !== null) mayBeFormer = false;
    if (rowHash !== null) {
      mayBeFormer = false;
      const isItsRow = note === null || note.masked || noteRowHash(customerId, sequence, note) === rowHash;
      if (!isItsRow || linkHash(before, rowHash) !== hash) problems.push(altered);
    } else if (!mayBeFormer)
      problems.push(`note ${sequence} has no hash of its row, by which it is followed`);
    else if (note === null || note.masked) loose += 1;
    else if (formerLinkHash(before, customerId, sequence, note) !== hash) problems.push(altered);
    before = hash;
  }
  return { problems, loose };
}

/** What happened is noted: a note that was left out is missed here even where the hashes would allow it. */
export const notesOfEvents: Check = {
  title: 'Notes: one for every quote, consent and status',
  run: ({ payload }) => {
    const { quotes, consents, change } = payload;
    const own = notesOfChange(payload, change.planChangeId);
    const has = (kinds: readonly string[], revision: number | null, words = ''): boolean =>
      own.some(
        (note) =>
          kinds.includes(note.kind) &&
          (revision === null || note.revision === revision) &&
          note.body.includes(words),
      );
    const missing = [
      ...quotes.flatMap(({ revision, hash }) =>
        has(NOTES_OF_QUOTES, revision, hash) ? [] : [`quote ${revision}`],
      ),
      ...consents.flatMap(({ quoteRevision, quoteHash }) =>
        has(['consent_accepted'], quoteRevision, quoteHash) ? [] : [`the consent to quote ${quoteRevision}`],
      ),
      ...change.transitions.flatMap(({ status }) => {
        const kinds = NOTES_OF_TRANSITION[status];
        return kinds.length === 0 || has(kinds, null) ? [] : [`the status ${status}`];
      }),
      ...(change.confirmedAt === null || has(['confirmed'], null) ? [] : ['the confirmation']),
    ];
    return {
      looked: counted(quotes.length + consents.length + change.transitions.length, 'event'),
      problems: missing.map((what) => `there is no note of ${what}`),
    };
  },
};

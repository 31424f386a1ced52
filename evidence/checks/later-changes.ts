import { isFirstFormat } from '../first-format.ts';
import { notesOfChange, type BundleNote } from '../notes-of-change.ts';
import type { EvidencePayload, LaterChange } from '../payload.ts';
import { counted, problemsOf, type Check } from './check.ts';

/** That a change was replaced, or taken back later, is told by notes of the same chain. */
export const laterChanges: Check = {
  title: 'Later changes: what replaced this one or took it back, as notes tell',
  run: ({ payload }) => {
    // The first format did not tell of any.
    if (isFirstFormat(payload.format)) return { looked: '', problems: [] };
    const { laterChanges: later, change } = payload;
    const told = notesOfChange(payload, change.planChangeId).filter(({ kind }) => kind === 'replaced');
    const replacing = later.filter(({ how }) => how === 'replaces');
    return {
      looked: counted(later.length, 'later change') || 'none on record',
      problems: [
        ...problemsOf(
          [replacing.length > 1, 'more than one change took the place of this one'],
          [replacing.length > 0 && change.status !== 'cancelled', 'it was replaced, and is not cancelled'],
        ),
        ...told
          .filter(({ body }) => !replacing.some(({ planChangeId }) => body.includes(planChangeId)))
          .map(() => 'the change that took the place of this one, of which a note tells, is missing'),
        ...replacing.flatMap((one) => replacingProblems(one, payload, told)),
        ...later.filter(({ how }) => how === 'reverts').flatMap((one) => revertProblems(one, payload)),
      ],
      remarks: later
        .filter((one) => one.how === 'reverts' && isUnbound(one, payload))
        .map(
          ({ planChangeId }) =>
            `that plan change ${planChangeId} takes this one back is not bound: its note is from before notes named the change they take back`,
        ),
    };
  },
};

function replacingProblems(
  { planChangeId, openedAt, openedBy }: LaterChange,
  { change }: EvidencePayload,
  told: readonly BundleNote[],
): string[] {
  const note = told.find(({ body }) => body.includes(planChangeId));
  const name = `plan change ${planChangeId}`;
  return problemsOf(
    [note === undefined, `no note tells that ${name} took the place of this one`],
    [note !== undefined && note.author.id !== openedBy, `the note of ${name} names another agent`],
    [change.closedAt !== openedAt, `this change did not end as ${name} began`],
  );
}

function revertProblems(later: LaterChange, payload: EvidencePayload): string[] {
  const { planChangeId, openedBy, openedAt, appliedAt } = later;
  const notes = notesOfChange(payload, planChangeId);
  const quoted = notes.find(({ kind }) => kind === 'quoted');
  const applied = notes.filter(({ kind }) => kind === 'plan_applied');
  const compensated = notes.filter(({ kind }) => kind === 'compensated');
  const name = `plan change ${planChangeId}`;
  const named = quoted && takenBackIn(quoted);
  return problemsOf(
    [quoted === undefined, `no note tells of ${name}, which is said to take this one back`],
    [quoted !== undefined && quoted.author.id !== openedBy, `the note of ${name} names another agent`],
    [
      named !== undefined && named !== null && named !== payload.change.planChangeId,
      `by its note ${name} takes back another one`,
    ],
    [
      appliedAt !== null && Date.parse(appliedAt) < Date.parse(openedAt),
      `${name} was applied before it began`,
    ],
    [
      (appliedAt !== null) !== applied.length > compensated.length,
      `whether ${name} is applied is not as its notes tell`,
    ],
  );
}

function isUnbound({ planChangeId }: LaterChange, payload: EvidencePayload): boolean {
  const quoted = notesOfChange(payload, planChangeId).find(({ kind }) => kind === 'quoted');
  return quoted !== undefined && takenBackIn(quoted) === null;
}

/** The change that a note says is taken back; null: the note is from before it said so. */
function takenBackIn({ body }: BundleNote): string | null {
  return /\btakes back plan change ([0-9a-f-]{36})\b/.exec(body)?.[1] ?? null;
}

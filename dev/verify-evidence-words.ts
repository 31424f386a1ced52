import type { Verdict, Verification } from '../evidence/verify.ts';

const MARK = { pass: 'PASS', fail: 'FAIL', open: '  – ', unknown: '  ? ' } as const;

/** 1: something is wrong; 2: something is not established. */
export const EXIT_CODE: Readonly<Record<Verdict, number>> = {
  sound: 0,
  unreadable: 1,
  changed: 1,
  foreign: 1,
  contradictory: 1,
  'other-file': 2,
  'signer-unknown': 2,
  'anchor-signer-unknown': 2,
  'anchor-unknown': 2,
};

/** For people who have to rely on the file and know nothing of signatures. */
const WORDS: Readonly<Record<Verdict, string>> = {
  sound:
    'SOUND: the company signed this file, nothing in it was changed since, and what it says holds together.',
  'other-file':
    'NOT A PROOF BUNDLE: the file is of another kind, and says nothing about a change, for or against.',
  'anchor-signer-unknown':
    'SIGNER OF THE ANCHOR NOT ESTABLISHED: the company signed this file and it holds together, but its anchor is signed by a key that you did not give. Give with --public-key all keys of the company’s GET /v1/evidence-keys, those that retired too, and check again. If those were all, do not rely on it: ask the company.',
  'anchor-unknown':
    'ANCHOR NOT ESTABLISHED: the company signed this file and it holds together, but its anchor is not in what you gave of the file of anchors, or was struck out there; the row “Shipped anchors” says which. If it is not there, ask the keeper of note-anchors.jsonl for its line, and check again.',
  unreadable:
    'NOT SOUND: this is not a proof bundle, or not a whole one. Ask for the file again, as the company served it.',
  changed:
    'NOT SOUND, CHANGED: this is not the file that was made and signed. Do not rely on anything it shows; ask the company for it again.',
  foreign:
    'NOT SOUND, NOT THE COMPANY’S: none of the company’s keys signed this file at a time when it counted. It proves nothing about the company.',
  contradictory:
    'NOT SOUND, CONTRADICTORY: nothing in the file was changed since it was signed, but what it says does not hold together. It does not prove the change; it is evidence that the record is wrong.',
  'signer-unknown':
    'SIGNER NOT ESTABLISHED: nothing in the file contradicts itself, but anybody could have made and signed it. Get the company’s keys from the company (GET /v1/evidence-keys), not from whoever gave you the file, and check again with --public-key.',
};

/** A table of what was checked, and a verdict for people. */
export function formatVerification({ verdict, rows, bundle }: Verification): string {
  const width = Math.max(...rows.map(({ title }) => title.length));
  const lines = rows.flatMap(({ title, outcome, details }) =>
    details.map((detail, index) =>
      index === 0
        ? `${MARK[outcome]}  ${title.padEnd(width)}  ${detail}`
        : `${' '.repeat(width + 8)}${detail}`,
    ),
  );
  const count = (wanted: (typeof rows)[number]['outcome']): number =>
    rows.filter(({ outcome }) => outcome === wanted).length;
  const about = bundle
    ? [
        `Plan change ${bundle.payload.change.planChangeId}, ${bundle.payload.copy} copy of ${bundle.payload.generatedAt}`,
        '',
      ]
    : [];
  const unanchored =
    verdict === 'sound' && bundle?.payload.anchor === null
      ? [
          'Without an anchor: that its notes were not all written anew before it was signed is the company’s word.',
        ]
      : [];
  const checks = `Checks: ${count('pass')} passed, ${count('fail')} failed, ${count('open') + count('unknown')} had nothing to go by.`;
  return [...about, ...lines, '', checks, WORDS[verdict], ...unanchored].join('\n');
}

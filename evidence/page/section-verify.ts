import { isFirstFormat } from '../first-format.ts';
import type { BundleSignature, EvidencePayload } from '../payload.ts';
import { byHand } from './by-hand.ts';
import type { Clock } from './clock.ts';
import { doubts } from './failed-checks.ts';
import { code, esc, facts, section, table } from './html.ts';

/** Who signed, what was checked before, and how anybody checks it again. */
export function verification(payload: EvidencePayload, signature: BundleSignature, clock: Clock): string {
  const { anchor, company } = payload;
  return section(
    'verify',
    '9. Signature, and how to check it',
    `${doubts(payload, 'verify')}${facts([
      ['Signed by', esc(company.name)],
      ['Method', 'Ed25519 over the RFC 8785 canonical JSON of the record below'],
      ['Key id', code(signature.keyId)],
      ['Signature', code(signature.value)],
      ['Anchored', anchored(payload, clock)],
      ['Root of the anchor', anchor ? code(anchor.sealed.anchor.root) : null],
    ])}${checked(payload)}<p>Anybody with the program <code>plan-change</code> can check this file, without its database and without a network:</p>
<pre>${esc('npm run --silent verify-evidence -- FILE --public-key KEY')}</pre>
<p>KEY holds the company’s public key, which it publishes under <code>/v1/evidence-keys</code>. ${fromTheCompany(payload)} The check makes every hash again, adds up every amount, compares consents, charges and notes with the quotes, follows the chain and the anchor, and makes this page again from the record to see that it says the same. One changed character anywhere makes it fail. ${howToKeep(payload)}</p>
${outsideWitness(payload)}${byHand(payload)}`,
  );
}

function anchored(payload: EvidencePayload, clock: Clock): string {
  const { anchor, anchorRefused, chain } = payload;
  if (anchorRefused !== undefined) return 'not established';
  if (anchor === null) return 'none yet: the notes of this account are under the next daily anchor';
  if (doubts(payload, 'verify') !== '') return 'not established';
  const { number, date, takenAt } = anchor.sealed.anchor;
  return `notes 1 to ${anchor.head.sequence} of ${chain.length}, by anchor ${number} of ${date}, taken ${clock(takenAt)}`;
}

/** The checks as they ended before the record was masked and signed. */
function checked(payload: EvidencePayload): string {
  if (isFirstFormat(payload.format)) return '';
  const rows = payload.checks.map(({ title, looked, problems }) => [
    esc(title),
    esc(looked),
    problems.length > 0
      ? '<strong>does not hold</strong>'
      : looked === ''
        ? 'nothing there to check'
        : 'holds',
  ]);
  return `<p>Before it signed the file, the company’s program checked the full record. Anybody can check it again, as told below:</p>
${table([{ head: 'Check' }, { head: 'Looked at' }, { head: 'Result', kind: 'short' }], rows)}`;
}

function fromTheCompany({ format }: EvidencePayload): string {
  return isFirstFormat(format)
    ? 'Take it from the company, not from this file: its key id must be the one above.'
    : 'Take it from the company, neither from this file nor from whoever brought it: without it nobody knows who signed.';
}

/** The company's signature cannot show that the company did not sign an anchor anew. */
function outsideWitness({ format, anchor }: EvidencePayload): string {
  if (isFirstFormat(format) || anchor === null) return '';
  const { number } = anchor.sealed.anchor;
  return `<p>The anchor is signed by the company as well. That it is of its day, and was not made again since, is shown by the company’s file of anchors, <code>note-anchors.jsonl</code>, of which a copy is kept where nobody can change it. Ask the company, or who keeps that copy, for line ${number}: the root above must be in it. <code>--anchors LINE</code> compares the whole line.</p>
`;
}

function howToKeep({ format }: EvidencePayload): string {
  return isFirstFormat(format)
    ? 'The file itself must be as it was served: save it, do not copy its text.'
    : 'The file itself must be as it was served: save it as “HTML only” (a browser that saves a “complete” page writes another one), do not copy its text; a printout can be read, and not checked.';
}

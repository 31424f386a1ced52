import assert from 'node:assert/strict';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { runChecks } from '../../evidence/all-checks.ts';
import { readable } from '../../evidence/earlier-formats.ts';
import { LEFT_OUT, maskEvidence } from '../../evidence/mask.ts';
import { renderEvidencePage } from '../../evidence/page/render.ts';
import { PRESENT_FORMAT, type EvidencePayload, type PresentPayload } from '../../evidence/payload.ts';
import { readBundle } from '../../evidence/read-bundle.ts';
import { sealEvidence } from '../../evidence/seal.ts';
import { GOLDEN_KEY } from './golden-key.ts';

/** Files as they were once given out, `<format>-<case>.html`: each ends with the record that it was made from. */
export function storedFiles(): string[] {
  return readdirSync(fileURLToPath(folder)).toSorted();
}

export function storedFile(name: string): Buffer {
  return readFileSync(fileURLToPath(new URL(name, folder)));
}

/** The names of the files that the present format must have. */
export function filesOfPresentFormat(): string[] {
  const [, number = ''] = PRESENT_FORMAT.split('/');
  return Object.keys(CASES).map((name) => `${number}-${name}.html`);
}

/**
 * Writes one that is not there yet, out of a record of the first format. One that is there stays: a page with other
 * words is another format. Of a format that was never released the files may be deleted and written again.
 */
export function writeStoredFile(name: string): void {
  const payload = CASES[name.replace(/^\d+-|\.html$/g, '')];
  assert.ok(payload);
  const page = renderEvidencePage(sealEvidence(payload(), GOLDEN_KEY));
  writeFileSync(fileURLToPath(new URL(name, folder)), page, { flag: 'wx' });
}

const folder = new URL('golden/', import.meta.url);

const CASES: Readonly<Record<string, () => PresentPayload>> = {
  'recorded-call': () => asToday('1-recorded-call.html'),
  'by-link': () => asToday('1-by-link.html'),
  'cancelled-masked': () =>
    maskEvidence(asToday('1-cancelled-masked.html', withoutSubjects), [
      'Ada Example',
      'ada@example.com',
      '1 Example Street',
      '0000-EXAMPLE',
    ]),
  'charged-otherwise': () =>
    asToday('1-by-link.html', ({ ledger }) => {
      const [line] = ledger.charges;
      assert.ok(line);
      ledger.charges.push({
        ...line,
        lineNo: 9,
        kind: 'charge',
        amount: { ...line.amount, amount: '999.00' },
      });
    }),
};

/** The first format showed them masked. */
function withoutSubjects({ mails }: PresentPayload): void {
  for (const mail of mails) mail.subject = LEFT_OUT;
}

/** The first format named nobody. */
function agentsOf({ change, generatedFor, chain }: EvidencePayload): PresentPayload['agents'] {
  const authors = chain.flatMap(({ note }) =>
    note && note.author.id !== null && note.author.type === 'agent' ? [note.author.id] : [],
  );
  const ids = new Set([change.openedBy, ...authors, generatedFor.agentId]);
  return [...ids].map((agentId, index) => ({
    agentId,
    handle: `example-${index + 1}`,
    role: agentId === generatedFor.agentId ? generatedFor.role : 'agent',
  }));
}

function asToday(name: string, alter: (payload: PresentPayload) => void = () => undefined): PresentPayload {
  const stored = readable(readBundle(storedFile(name)).bundle.payload);
  const payload: PresentPayload = {
    ...stored,
    agents: agentsOf(stored),
    links: stored.consents.flatMap(({ quoteHash, evidence: { link } }) =>
      link ? [{ ...link, quoteHash }] : [],
    ),
    format: PRESENT_FORMAT,
  };
  alter(payload);
  return { ...payload, checks: runChecks({ payload, keys: [GOLDEN_KEY] }) };
}

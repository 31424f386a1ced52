import assert from 'node:assert/strict';
import { readable } from '../../evidence/earlier-formats.ts';
import { renderEvidencePage } from '../../evidence/page/render.ts';
import { evidencePayload, type PresentPayload } from '../../evidence/payload.ts';
import { readBundle } from '../../evidence/read-bundle.ts';
import { sealEvidence } from '../../evidence/seal.ts';
import { GOLDEN_KEY } from './golden-key.ts';
import { storedFile } from './stored-bundles.ts';

describe('the page of a proof bundle', () => {
  it('tells persons apart by name and role, also two whose ids begin alike', () => {
    const page = textOf('2-recorded-call.html', (payload) => {
      const [first] = payload.agents;
      assert.ok(first);
      first.handle = 'mary.opens';
      const supervisorId = `${first.agentId.slice(0, 8)}${payload.change.planChangeId.slice(8)}`;
      payload.agents.push({ agentId: supervisorId, handle: 'sam.decides', role: 'supervisor' });
      const note = payload.chain.findLast(({ note: one }) => one?.author.type === 'agent')?.note;
      assert.ok(note);
      note.author.id = supervisorId;
    });
    assert.match(sectionOf(page, 'timeline'), /The customer was identified[^\n]*mary\.opens \(agent\)/);
    const said = sectionOf(page, 'notes');
    assert.match(said, /sam\.decides \(supervisor\)/);
    assert.match(said, /mary\.opens \(agent\)/);
    assert.match(wordsOf(page), /Agent who opened it mary\.opens \(agent\)/);
  });

  it('says of a promotion that the price has it already', () => {
    const page = textOf('2-recorded-call.html', (payload) => {
      const { from, to } = payload.change;
      assert.ok(to);
      for (const quote of payload.quotes) {
        quote.basis = { when: 'immediately', from, to };
        const content = JSON.parse(quote.canonicalJson) as object;
        quote.canonicalJson = JSON.stringify({ ...content, promotion: 'WINTER10' });
      }
    });
    assert.match(sectionOf(page, 'offered'), /Promotion WINTER10; the price from then on includes it/);
    assert.doesNotMatch(sectionOf(textOf('2-recorded-call.html'), 'offered'), /Promotion/);
  });
});

/** A stored page of the present format as it would be with something else in its record, without its tags. */
function textOf(name: string, alter: (payload: PresentPayload) => void = () => undefined): string {
  const payload = evidencePayload.parse(readable(readBundle(storedFile(name)).bundle.payload));
  alter(payload);
  return renderEvidencePage(sealEvidence(payload, GOLDEN_KEY));
}

/** One section, a row of a table or list on each line. */
function sectionOf(page: string, id: string): string {
  const [, after = ''] = page.split(`<section id="${id}">`, 2);
  return wordsOf(after.split('</section>', 1)[0] ?? '');
}

function wordsOf(html: string): string {
  return html
    .replaceAll(/<[^>]+>/g, ' ')
    .replaceAll(/[ \t]+/g, ' ')
    .trim();
}

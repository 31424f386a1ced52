import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { SEEDED_BUGS } from '../../dev/chaos/seeded-bugs/bugs.ts';
import { hunt } from '../../dev/chaos/seeded-bugs/hunt.ts';
import { patched } from '../../dev/chaos/seeded-bugs/patched-checkout.ts';

const checkout = fileURLToPath(new URL('../..', import.meta.url));

describe('seeded bugs', () => {
  it('are at least twelve', () => assert.ok(SEEDED_BUGS.length >= 12));

  for (const bug of SEEDED_BUGS) {
    it(`can be put in: ${bug.name}`, () => {
      const text = readFileSync(path.join(checkout, bug.file), 'utf8');
      assert.notEqual(patched(text, bug), text);
    });
  }

  it('are caught, in a copy: the quickest of them', async () => {
    const bug = SEEDED_BUGS.find(({ family }) => family === 'clock') ?? assert.fail();
    assert.deepEqual((await hunt(checkout, bug)).caughtBy, ['oracle']);
  });
});

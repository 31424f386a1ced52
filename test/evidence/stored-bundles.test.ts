import assert from 'node:assert/strict';
import { verifyEvidence } from '../../evidence/verify.ts';
import { failures } from './bundles.ts';
import { GOLDEN_KEY } from './golden-key.ts';
import { filesOfPresentFormat, storedFile, storedFiles, writeStoredFile } from './stored-bundles.ts';

describe('proof bundles that were given out', () => {
  it('are stored for the present format, for the files of every kind that it has', () => {
    const missing = filesOfPresentFormat().filter((name) => !storedFiles().includes(name));
    if (process.env.UPDATE_GOLDEN === '1') missing.forEach(writeStoredFile);
    assert.deepEqual(missing, [], 'UPDATE_GOLDEN=1 writes them; read them and run again without');
  });

  for (const name of storedFiles()) {
    const isContradictory = name.endsWith('charged-otherwise.html');
    it(`stay ${isContradictory ? 'contradictory' : 'sound'}, byte for byte: ${name}`, () => {
      const verification = verifyEvidence(storedFile(name), [GOLDEN_KEY]);
      const [file] = verification.rows;
      assert.equal(
        file?.outcome,
        'pass',
        `${file?.details.join()}. A page that says something else is a new format: give it a number in ` +
          'evidence/payload.ts and keep what the earlier numbers say',
      );
      assert.deepEqual(failures(verification), isContradictory ? ['Charges', 'Own results'] : []);
      assert.equal(verification.verdict, isContradictory ? 'contradictory' : 'sound');
    });
  }
});

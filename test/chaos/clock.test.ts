import assert from 'node:assert/strict';
import { clock } from '../../dev/chaos/families/clock.ts';
import { createRandom } from '../../dev/chaos/random.ts';

describe('the clock family', () => {
  it('finds every date, window and figure as the oracle has it', () => {
    const { violations, n } = clock({
      random: createRandom(process.env['FAULT_SEED'] ?? '20261124'),
      n: 200,
    });
    assert.equal(n, 200);
    assert.deepEqual(violations, []);
  });
});

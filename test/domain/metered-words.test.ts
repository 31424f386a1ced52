import assert from 'node:assert/strict';
import { meteredWords } from '../../domain/plan-words.ts';

describe('meteredWords', () => {
  it('tells what is metered, with its amount for each month or without limit', () => {
    const phrases = meteredWords({
      data: { amount: 2000, unit: 'GB' },
      voice: { amount: null, unit: 'minutes' },
      texts: { amount: 1_250_000, unit: 'messages' },
      lines: { amount: 2, unit: 'lines' },
    });
    assert.deepEqual(phrases, [
      '2,000 GB of data a month',
      'Unlimited calls',
      '1,250,000 text messages a month',
    ]);
  });

  it('tells nothing of a plan that meters nothing', () => {
    assert.deepEqual(meteredWords({ lines: { amount: 1, unit: 'lines' } }), []);
  });
});

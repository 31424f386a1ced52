import assert from 'node:assert/strict';
import { meteredPhrases } from '../../domain/plan-inclusions.ts';

describe('meteredPhrases', () => {
  it('tells what is metered, with its amount for each month or without limit', () => {
    const phrases = meteredPhrases({
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
    assert.deepEqual(meteredPhrases({ lines: { amount: 1, unit: 'lines' } }), []);
  });

  it('tells amounts with decimals as they are', () => {
    assert.deepEqual(meteredPhrases({ data: { amount: 1500.5, unit: 'GB' } }), [
      '1,500.5 GB of data a month',
    ]);
  });
});

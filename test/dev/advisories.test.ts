import assert from 'node:assert/strict';
import { adviceOf } from '../../dev/advisories.ts';

describe('npm run advisories', () => {
  const answer = (severity: string) =>
    JSON.stringify({
      vulnerabilities: { axios: { severity, range: '<1.2.3', fixAvailable: true } },
      metadata: { vulnerabilities: { low: 0, moderate: 0, high: 0, critical: 0, [severity]: 1 } },
    });

  it('says that nothing was checked where the registry offers none, and fails nothing', () => {
    for (const output of [
      '',
      '{"message":"404 Not Found - POST https://registry.example/-/npm/v1/security"}',
    ]) {
      const { lines, isGrave } = adviceOf(output);
      assert.match(lines[0] ?? '', /^NOT CHECKED/);
      assert.doesNotMatch(lines.join(' '), /https?:/);
      assert.equal(isGrave, false);
    }
  });

  it('names what it found; from high on it fails', () => {
    assert.deepEqual(adviceOf(answer('moderate')), {
      lines: ['moderate: axios <1.2.3, a mended version exists', '0 low, 1 moderate, 0 high, 0 critical.'],
      isGrave: false,
    });
    assert.equal(adviceOf(answer('high')).isGrave, true);
    assert.equal(adviceOf(answer('critical')).isGrave, true);
  });
});

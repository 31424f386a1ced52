import assert from 'node:assert/strict';
import { adviceOf, EXIT_CODES } from '../../dev/advisories.ts';

describe('npm run advisories', () => {
  const answer = (severity: string) =>
    JSON.stringify({
      vulnerabilities: { axios: { severity, range: '<1.2.3', fixAvailable: true } },
      metadata: { vulnerabilities: { low: 0, moderate: 0, high: 0, critical: 0, [severity]: 1 } },
    });

  it('says that nothing was checked where the registry offers none, and fails nothing', () => {
    const { lines, outcome } = adviceOf(
      '{"message":"404 Not Found - POST https://registry.example/-/npm/v1/security","statusCode":404}',
    );
    assert.match(lines[0] ?? '', /^NOT CHECKED: the registry offers no advisories/);
    assert.doesNotMatch(lines.join(' '), /https?:/);
    assert.deepEqual([outcome, EXIT_CODES[outcome]], ['not offered', 0]);
  });

  it('does not take a registry that did not answer for one that offers none: exit code 2', () => {
    for (const output of [
      '',
      '{"message":"request to https://registry.example/-/npm failed, reason: getaddrinfo ENOTFOUND registry.example"}',
      '{"message":"503 Service Unavailable - POST https://registry.example/-/npm","statusCode":503}',
      '{"message":"401 Unauthorized - POST https://registry.example/-/npm","statusCode":401}',
    ]) {
      const { lines, outcome } = adviceOf(output);
      assert.match(lines[0] ?? '', /^NOT CHECKED: the registry could not be asked/);
      assert.doesNotMatch(lines.join(' '), /registry\.example/);
      assert.deepEqual([outcome, EXIT_CODES[outcome]], ['not asked', 2]);
    }
  });

  it('names what it found; from high on it fails', () => {
    assert.deepEqual(adviceOf(answer('moderate')), {
      lines: ['moderate: axios <1.2.3, a mended version exists', '0 low, 1 moderate, 0 high, 0 critical.'],
      outcome: 'sound',
    });
    assert.equal(adviceOf(answer('high')).outcome, 'grave');
    assert.equal(adviceOf(answer('critical')).outcome, 'grave');
  });
});

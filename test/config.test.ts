import assert from 'node:assert/strict';
import { ConfigError, DEFAULT_LIMITS, loadConfig } from '../config.ts';

const DATABASE_URL = 'postgres://app:secret@127.0.0.1:5432/plan_change';
const apiOf = (env: NodeJS.ProcessEnv) => loadConfig({ DATABASE_URL, ...env }).api;

describe('settings', () => {
  it('have a default for every limit, and take another from the environment', () => {
    assert.deepEqual(apiOf({}).limits, DEFAULT_LIMITS);
    const given = { AGENT_REQUESTS_PER_MINUTE: '30', CONSENT_LINK_TRIES: '3' };
    assert.deepEqual(apiOf(given).limits, {
      ...DEFAULT_LIMITS,
      agentRequestsPerMinute: 30,
      consentLinkTries: 3,
    });
    for (const figure of ['0', '-1', '1.5', 'many'])
      assert.throws(() => apiOf({ AGENT_REQUESTS_PER_MINUTE: figure }), {
        name: ConfigError.name,
        message: /AGENT_REQUESTS_PER_MINUTE/,
      });
  });

  it('say until when a retired signing key counted: without an end it is none', () => {
    const given = 'key1@2026-11-24T12:00:00Z, key2@2025-03-01T00:00:00Z/2026-01-01T00:00:00Z';
    const { evidence } = loadConfig({ DATABASE_URL, EVIDENCE_RETIRED_SIGNERS: given });
    assert.deepEqual(evidence.retiredKeys, given.split(', '));
    for (const EVIDENCE_RETIRED_SIGNERS of ['key1', 'key1@', 'key1@2026-11-24T12:00:00Z,key2'])
      assert.throws(() => loadConfig({ DATABASE_URL, EVIDENCE_RETIRED_SIGNERS }), {
        name: ConfigError.name,
        message: /EVIDENCE_RETIRED_SIGNERS: expected KEY@UNTIL/,
      });
  });

  it('say which proxies are trusted: by number, address, range or name', () => {
    assert.deepEqual(apiOf({}).trustedProxies, ['loopback']);
    assert.equal(apiOf({ TRUST_PROXY: '2' }).trustedProxies, 2);
    assert.equal(apiOf({ TRUST_PROXY: '0' }).trustedProxies, 0);
    assert.deepEqual(apiOf({ TRUST_PROXY: 'loopback, 10.0.0.0/8,fd00::/8, 192.0.2.1' }).trustedProxies, [
      'loopback',
      '10.0.0.0/8',
      'fd00::/8',
      '192.0.2.1',
    ]);
    for (const nonsense of ['everybody', '10.0.0.0/33', '10.0.0', '1.2.3.4,', 'true'])
      assert.throws(() => apiOf({ TRUST_PROXY: nonsense }), {
        name: ConfigError.name,
        message: /TRUST_PROXY/,
      });
  });
});

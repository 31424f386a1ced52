import assert from 'node:assert/strict';
import { runKeys } from '../../db/keys/command.ts';
import { createApiRig, type ApiRig } from '../support/api-rig.ts';
import { expectFreshProblem } from './expect-problem.ts';

interface Ran {
  readonly code: number;
  readonly printed: readonly string[];
  readonly said: string;
}

describe('npm run keys', () => {
  let api: ApiRig;

  before(async () => {
    api = await createApiRig('keys command', { worker: false });
  });
  after(() => api.close());

  const keys = async (...argv: string[]): Promise<Ran> => {
    const [printed, said]: [string[], string[]] = [[], []];
    const code = await runKeys(argv, {
      findDatabase: (given) => Promise.resolve(given ?? api.rig.database.migratorUrl),
      print: (line) => printed.push(line),
      complain: (line) => said.push(line),
    });
    return { code, printed, said: said.join('\n') };
  };
  const issued = async (...argv: string[]): Promise<{ key: string; prefix: string; said: string }> => {
    const { code, printed, said } = await keys(...argv);
    assert.equal(code, 0, said);
    assert.equal(printed.length, 1, 'the key alone is printed, for scripts');
    const [key = ''] = printed;
    assert.match(key, /^pc_[0-9A-Za-z]{8}_[0-9A-Za-z]{40}$/);
    return { key, prefix: key.slice(3, 11), said };
  };
  const listed = async (prefix: string): Promise<Record<string, unknown>> => {
    const { printed } = await keys('list', '--json');
    const all = JSON.parse(printed.join('')) as Record<string, unknown>[];
    const found = all.find((key) => key['prefix'] === prefix);
    assert.ok(found, `${prefix} is not listed`);
    return found;
  };
  const ask = (key: string) => api.get('/v1/plans', { as: { key } });
  const hoursUntil = (instant: unknown): number => (Date.parse(String(instant)) - Date.now()) / 3_600_000;

  it('makes an agent and a key, shown once, that the running API takes at once', async () => {
    const made = await keys('create', 'zoe', '--role', 'agent');
    assert.equal(made.code, 0, made.said);
    const { key, prefix, said } = await issued('issue', 'zoe', '--days', '30');
    assert.match(said, new RegExp(`Key ${prefix} of zoe \\(agent\\), valid until 20`));
    assert.ok(!said.includes(key.slice(12)));
    assert.equal((await listed(prefix))['lastUsedAt'], null);
    assert.equal((await ask(key)).status, 200);

    const view = await listed(prefix);
    assert.deepEqual([view['agent'], view['role'], view['revokedAt']], ['zoe', 'agent', null]);
    assert.ok(Math.abs(hoursUntil(view['expiresAt']) - 30 * 24) < 2);
    assert.ok(Math.abs(hoursUntil(view['lastUsedAt'])) < 0.1);
    const stored = JSON.stringify(await api.rig.ownerKnex('api_keys'));
    assert.ok(!stored.includes(key.slice(12)) && !JSON.stringify(view).includes(key.slice(12)));
    const table = (await keys('list', '--agent', 'zoe')).printed;
    assert.match(table[0] ?? '', /^PREFIX +AGENT +ROLE +CREATED +EXPIRES +REVOKED +LAST USED$/);
    assert.match(table[1] ?? '', new RegExp(`^${prefix} +zoe +agent +20`));
    assert.equal(table.length, 2);
  });

  it('ends a key at once, in the middle of its use', async () => {
    await keys('create', 'max', '--role', 'supervisor');
    const { key, prefix } = await issued('issue', 'max', '--days', 'never');
    assert.equal((await ask(key)).status, 200);
    assert.equal((await listed(prefix))['expiresAt'], null);
    assert.equal((await keys('revoke', prefix)).code, 0);
    expectFreshProblem(await ask(key), 401, 'unauthenticated');
    const { revokedAt } = await listed(prefix);
    assert.equal((await keys('revoke', prefix)).code, 0);
    assert.equal((await listed(prefix))['revokedAt'], revokedAt);
  });

  it('ends all keys of an agent who leaves, and nobody else’s', async () => {
    await keys('create', 'ida', '--role', 'agent');
    await keys('create', 'ian', '--role', 'agent');
    const [first, second] = [await issued('issue', 'ida'), await issued('issue', 'ida')];
    const other = await issued('issue', 'ian');
    const { code, said } = await keys('revoke', '--agent', 'ida');
    assert.deepEqual(
      [code, said],
      [0, [first, second].map(({ prefix }) => `Key ${prefix} of ida (agent) is revoked.`).join('\n')],
    );
    for (const { key } of [first, second]) expectFreshProblem(await ask(key), 401, 'unauthenticated');
    assert.equal((await ask(other.key)).status, 200);
    assert.match(
      (await keys('revoke', '--agent', 'ida')).said,
      /^ida has no key that was not revoked before/,
    );
  });

  it('takes a prefix as it stands in the key, with pc_, or cut out of the whole key', async () => {
    await keys('create', 'uma', '--role', 'agent');
    const old = await issued('issue', 'uma');
    const fresh = await issued('rotate', `pc_${old.prefix}`, '--grace', '2');
    const { code, said } = await keys('revoke', fresh.key);
    assert.deepEqual([code, said], [0, `Key ${fresh.prefix} of uma (agent) is revoked.`]);
  });

  it('rotates: both keys are the same agent for a while, then only the new one', async () => {
    await keys('create', 'eve', '--role', 'ops');
    const old = await issued('issue', 'eve');
    const fresh = await issued('rotate', old.prefix, '--grace', '2');
    for (const { key } of [old, fresh]) assert.equal((await ask(key)).status, 200);
    assert.ok(Math.abs(hoursUntil((await listed(old.prefix))['expiresAt']) - 2) < 0.1);
    assert.deepEqual((await listed(fresh.prefix))['agent'], 'eve');

    const last = await issued('rotate', fresh.prefix, '--grace', '0');
    expectFreshProblem(await ask(fresh.key), 401, 'unauthenticated');
    assert.equal((await ask(last.key)).status, 200);
    // A grace does not lengthen a life.
    await issued('rotate', old.prefix, '--grace', '999');
    assert.ok(hoursUntil((await listed(old.prefix))['expiresAt']) < 2.1);
  });

  it('says in a sentence what cannot be done, and why', async () => {
    await keys('create', 'kim', '--role', 'auditor');
    for (const [argv, code, sentence] of [
      [['create', 'kim', '--role', 'agent'], 1, /There is an agent kim already/],
      [['create', 'Kim Doe', '--role', 'agent'], 1, /no name for an agent/],
      [['create', 'lee', '--role', 'owner'], 2, /Allowed choices are agent, supervisor, ops, auditor/],
      [['create', 'lee'], 2, /required option '--role/],
      [['issue', 'nobody'], 1, /no agent nobody: create it first/],
      [['issue', 'kim', '--days', 'soon'], 2, /whole number/],
      ...['0', '3651', '99999'].map(
        (days) => [['issue', 'kim', '--days', days], 2, /It must be from 1 to 3650, or "never"/] as const,
      ),
      [['revoke', '--agent', 'nobody'], 1, /There is no agent nobody: see `list`/],
      [['revoke'], 1, /Name a key by its prefix, or an agent with --agent/],
      [['revoke', 'xxxxxxxx', '--agent', 'kim'], 1, /one of them/],
      [['rotate', 'xxxxxxxx'], 1, /No key that is valid begins with xxxxxxxx/],
      [['revoke', 'xxxxxxxx'], 1, /No key begins with xxxxxxxx/],
      [['--database', 'postgres://a:b@127.0.0.1:1/c', 'list'], 2, /cannot be reached \(ECONNREFUSED\)/],
    ] as const) {
      const ran = await keys(...argv);
      assert.equal(ran.code, code, ran.said);
      assert.match(ran.said, sentence);
    }
    assert.equal((await keys('--help')).code, 0);
    assert.match((await keys('--help')).printed.join(''), /owner or as the role migrator/);
  });

  it('is not for the API’s own role, nor for the auditor: they make, mend and revive no key', async () => {
    const { prefix } = await issued('issue', 'zoe');
    await keys('revoke', prefix);
    for (const url of [api.rig.database.appUrl, api.rig.database.auditorUrl]) {
      for (const argv of [
        ['create', 'mallory', '--role', 'supervisor'],
        ['issue', 'zoe'],
        ['rotate', prefix],
        ['revoke', prefix],
      ]) {
        const { code, said } = await keys('--database', url, ...argv);
        assert.deepEqual(
          [code, said],
          [2, 'This role may not do that: give the owner or the migrator of the database.'],
        );
      }
    }
    for (const statement of [
      'UPDATE api_keys SET revoked_at = NULL',
      'UPDATE api_keys SET expires_at = NULL',
      'UPDATE api_keys SET key_sha256 = key_sha256',
      'UPDATE agents SET role = role',
      'DELETE FROM api_keys',
    ])
      await assert.rejects(api.rig.knex.raw(statement), { code: '42501' }, statement);
  });

  it('leaves no key in a log', () => {
    assert.doesNotMatch(api.logs.join('\n'), /pc_[0-9A-Za-z]{8}_/);
  });
});

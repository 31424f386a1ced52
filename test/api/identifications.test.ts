import assert from 'node:assert/strict';
import { identification, notes } from '../../api/schemas/accounts.ts';
import type { TestAccount } from '../../dev/seed/test-account.ts';
import { createApiRig, type ApiAnswer, type ApiRig, type Caller } from '../support/api-rig.ts';
import { expectFreshProblem } from './expect-problem.ts';

interface Details {
  accountNumber: string;
  fullName: string;
  serviceAddress: string;
}

describe('API: POST /v1/identifications', () => {
  let api: ApiRig;
  let account: TestAccount;

  before(async () => {
    api = await createApiRig('api identifications', { worker: false });
  });
  after(() => api.close());
  beforeEach(async () => {
    account = await api.stranger();
    await api.rig.ownerKnex('rate_limits').delete();
  });

  const identify = (changed: Partial<Details> = {}, as: Caller = 'agent'): Promise<ApiAnswer> => {
    const { accountNumber, fullName, serviceAddress } = account;
    return api.post('/v1/identifications', { accountNumber, fullName, serviceAddress, ...changed }, { as });
  };

  it('forgives case, spacing, punctuation, accents and street abbreviations', async () => {
    const spoken: Partial<Details>[] = [
      { accountNumber: ` ${account.accountNumber.toLowerCase().replace('-', ' ')} ` },
      { accountNumber: account.accountNumber.replace('-', '') },
      { fullName: "  zoë   o'brien " },
      { fullName: 'ZOE OBRIEN' },
      { fullName: 'Zoe O’Brien' },
      { serviceAddress: '12 n. main st., #4, springfield il 62704' },
      { serviceAddress: '12 NORTH MAIN STREET APARTMENT 4 SPRINGFIELD, IL 62704' },
      { serviceAddress: '12 N Main Str\nApt 4\nSpringfield, IL 62704' },
    ];
    for (const said of spoken) {
      assert.equal((await identify(said)).status, 201, JSON.stringify(said));
    }
  });

  it('shows use beside the allowances of the plan in force, not of the one it began under', async () => {
    const usage = [
      { metric: 'data', used: '120.5', allowance: 300, unit: 'GB' },
      { metric: 'voice', used: '90', allowance: 500, unit: 'minutes' },
    ];
    const customer = await api.stranger({ planCode: 'dsl-phone', usage });
    const shown = async () => (await api.identify(customer)).usage.map(({ allowance }) => allowance);
    assert.deepEqual(await shown(), [300, 500]);
    for (const [planCode, allowances] of [
      ['fiber-plus', [2000, 1000]],
      ['dsl-phone-complete', [1000, null]],
      ['phone-basic', [0, 500]],
    ] as const) {
      await api.rig.ownerKnex.raw(
        `UPDATE subscription_periods p SET plan_code = v.plan_code, plan_version = v.version
         FROM current_plan_versions v, subscriptions s
         WHERE v.plan_code = ? AND s.id = p.subscription_id AND s.customer_id = ?`,
        [planCode, customer.customerId],
      );
      assert.deepEqual(await shown(), allowances);
    }
  });

  describe('read again', () => {
    const made = async () => (await identify()).read(identification);
    const again = (id: string, as: Caller = 'agent'): Promise<ApiAnswer> =>
      api.get(`/v1/identifications/${id}`, { as });

    it('is answered as at first, with the plan of now, and notes nothing', async () => {
      const first = await made();
      assert.deepEqual((await again(first.identificationId)).read(identification), first);
      await api.rig.ownerKnex.raw(
        `UPDATE subscription_periods p SET plan_code = v.plan_code, plan_version = v.version, price_minor = 7777
         FROM current_plan_versions v, subscriptions s
         WHERE v.plan_code = 'fiber-plus' AND s.id = p.subscription_id AND s.customer_id = ?`,
        [account.customerId],
      );
      const { subscription, ...rest } = (await again(first.identificationId)).read(identification);
      assert.deepEqual([subscription.planCode, subscription.price.amount], ['fiber-plus', '77.77']);
      const { subscription: before, ...unchanged } = first;
      assert.deepEqual({ ...rest, usage: [] }, { ...unchanged, usage: [] });
      assert.deepEqual(subscription.cycle, before.cycle);
      const noted = (await api.get(`/v1/customers/${account.customerId}/notes`)).read(notes).items;
      assert.deepEqual(
        noted.map(({ kind }) => kind),
        ['identified'],
      );
    });

    it('is for whoever made it, and until it is over', async () => {
      const { identificationId } = await made();
      await identify({}, 'supervisor');
      expectFreshProblem(await again(identificationId, 'supervisor'), 404, 'not-found');
      await api.rig
        .ownerKnex('identifications')
        .where({ id: identificationId })
        .update({ verified_at: new Date(0), expires_at: new Date(1) });
      // A later one of the same customer does not revive it.
      await made();
      expectFreshProblem(await again(identificationId), 403, 'identification-expired');
    });
  });

  describe('a failure', () => {
    const wrong = (): Record<string, Partial<Details>> => ({
      'unknown account': { accountNumber: '0000-NOONE' },
      'account number without a letter or digit': { accountNumber: '---' },
      'another name': { fullName: 'Zoe Byron' },
      'only a part of the name': { fullName: 'Zoe' },
      'name without a letter': { fullName: '!!!' },
      'another house number': { serviceAddress: account.serviceAddress.replace('12', '21') },
      'no street': { serviceAddress: 'Springfield, IL 62704' },
      'address without a letter': { serviceAddress: '…' },
      'everything wrong': { accountNumber: '1', fullName: 'x', serviceAddress: 'y' },
      'a percent sign for a name': { fullName: '%' },
      'SQL for a name': { fullName: `' OR '1'='1` },
    });

    it('never says what did not match', async () => {
      const bodies = new Set<string>();
      for (const [what, changed] of Object.entries(wrong())) {
        await api.rig.ownerKnex('rate_limits').delete();
        const answer = await identify(changed);
        const { requestId, ...rest } = expectFreshProblem(answer, 403, 'identification-failed');
        assert.equal(
          rest.detail,
          'We could not match these details to an account. Check them with the customer and try again.',
          what,
        );
        assert.ok(requestId.length > 0);
        bodies.add(JSON.stringify(rest));
      }
      assert.equal(bodies.size, 1);
    });

    it('takes the same time whatever was wrong', async () => {
      const fastest = async (changed: Partial<Details>): Promise<number> => {
        const times: number[] = [];
        for (let round = 0; round < 4; round += 1) {
          await api.rig.ownerKnex('rate_limits').delete();
          const start = performance.now();
          await identify(changed);
          times.push(performance.now() - start);
        }
        return Math.min(...times);
      };
      const times = [];
      for (const changed of [{ accountNumber: '0000-NOONE' }, { fullName: 'x' }, { serviceAddress: 'y' }]) {
        times.push(await fastest(changed));
      }
      const spread = Math.max(...times) - Math.min(...times);
      assert.ok(Math.min(...times) >= 145 && spread < 60, times.map(Math.round).join(' '));
    });

    it('is noted on the account, without what was said', async () => {
      await identify({ fullName: 'Mallory Canary' });
      await identify();
      const answer = await api.get(`/v1/customers/${account.customerId}/notes`);
      assert.deepEqual(
        answer.read(notes).items.map(({ kind }) => kind),
        ['identified', 'identification_failed'],
      );
      assert.ok(!answer.text.includes('Canary'));
    });
  });

  describe('limits', () => {
    it('refuse an account after five failures, right details too, and say when to come back', async () => {
      for (let failure = 0; failure < 5; failure += 1) {
        expectFreshProblem(await identify({ fullName: 'Wrong' }), 403, 'identification-failed');
      }
      for (const [changed, as] of [
        [{ fullName: 'Wrong' }, 'agent'],
        [{}, 'agent'],
        [{}, 'supervisor'],
        [{ accountNumber: account.accountNumber.toLowerCase().replace('-', '.') }, 'agent'],
      ] as const) {
        const answer = await identify(changed, as);
        expectFreshProblem(answer, 429, 'too-many-identifications');
        const retryAfter = Number(answer.headers.get('retry-after'));
        assert.ok(retryAfter > 0 && retryAfter <= 900, String(retryAfter));
      }
      account = await api.stranger();
      assert.equal((await identify()).status, 201);
    });

    it('count failures only: a customer may be identified any number of times', async () => {
      for (let success = 0; success < 8; success += 1) assert.equal((await identify()).status, 201);
    });

    it('refuse an agent after thirty failures over many accounts, and nobody else', async () => {
      const failures = Array.from({ length: 30 }, (_, at) => identify({ accountNumber: `0000-NONE${at}` }));
      const statuses = (await Promise.all(failures)).map(({ status }) => status);
      assert.deepEqual(new Set(statuses), new Set([403]));
      expectFreshProblem(await identify(), 429, 'too-many-identifications');
      assert.equal((await identify({}, 'supervisor')).status, 201);
    });

    it('do not stop an agent whose customers are all identified at once', async () => {
      const customers = await Promise.all(Array.from({ length: 60 }, () => api.stranger()));
      const answers = await Promise.all(
        customers.map(({ accountNumber, fullName, serviceAddress }) =>
          api.post('/v1/identifications', { accountNumber, fullName, serviceAddress }),
        ),
      );
      assert.deepEqual(new Set(answers.map(({ status }) => status)), new Set([201]));
    });

    it('hold when many try one account at once', async () => {
      const tries = Array.from({ length: 12 }, () => identify({ fullName: 'Wrong' }));
      const statuses = (await Promise.all(tries)).map(({ status }) => status);
      assert.equal(statuses.filter((status) => status === 403).length, 5);
      assert.equal(statuses.filter((status) => status === 429).length, 7);
    });
  });

  it('keeps what was said out of the log', async () => {
    const details = { accountNumber: 'CANARY-1', fullName: 'Carla Canary', serviceAddress: '7 Canary Row' };
    await api.post('/v1/identifications', details);
    await api.post('/v1/identifications', JSON.stringify(details).slice(0, -1));
    await api.post('/v1/identifications?fullName=Canary', details);
    assert.ok(api.logs.length > 0);
    assert.ok(
      !/canary/i.test(api.logs.join('')),
      api.logs.find((line) => /canary/i.test(line)),
    );
    for (const key of Object.values(api.keys)) assert.ok(!api.logs.join('').includes(key));
  });
});

import { setTimeout as delay } from 'node:timers/promises';
import type { PlanChangeJson } from '../../api/schemas/plan-changes.ts';
import { planChangeWorkflowId } from '../../workflows/contract.ts';
import { skipWorkflowTime } from '../stack/skip-time.ts';
import { Unexpected, verbal, type Activation, type Agent, type Identified } from './agent.ts';
import { NEEDS } from './audit-at-rest.ts';
import { codeOf } from './client.ts';
import { cents, dateIn, daysAfter } from './oracle.ts';
import type { Random } from './random.ts';
import { retrying } from './retrying.ts';

/** One customer's dealings from the identification to an end that is known beforehand. */
export interface Scenario {
  readonly name: string;
  /** The check of the audit that has nothing to look at without it. */
  readonly gives?: string;
  run(agent: Agent, random: Random): Promise<void>;
}

const NOW: Activation = { when: 'immediately' };
const TARGETS = ['fiber-plus', 'dsl-internet-plus', 'phone-basic', 'dsl-internet'] as const;
const NAMESPACE = 'default';

/** Opens a change to the plan, at once unless told, and checks the quote against the oracle. */
async function opened(
  agent: Agent,
  planCode: string,
  extra: object = {},
): Promise<[PlanChangeJson, Identified]> {
  const identified = await agent.identify();
  const change = await agent.open(identified, planCode, NOW, extra);
  agent.checkQuote(change, identified, dateIn(identified.timeZone));
  return [change, identified];
}

/** Agrees, and expects the change to be applied and mailed in the end. */
async function applied(agent: Agent, change: PlanChangeJson, how?: 'verbal' | 'written'): Promise<void> {
  agent.record.ends.set(change.planChangeId, ['completed', 'activated']);
  const after = await agent.consent(change, how);
  if (!['activated', 'completed'].includes(after.status))
    throw new Unexpected(`a consent was answered with ${after.status} ${after.hold?.reason ?? ''}`.trim());
  if (after.consent === null)
    agent.record.violate('I2', 'an applied change shows no consent', change.planChangeId);
}

/** What was posted for a change is what was quoted, line by line and on the statement. */
async function checkStatement(
  agent: Agent,
  { customerId, planChangeId, quote }: PlanChangeJson,
): Promise<void> {
  const reply = await agent.client.insist('GET', `/v1/customers/${customerId}/statement`);
  const { lines } = reply.body as unknown as {
    lines: { planChangeId: string | null; kind: string; amount: { amount: string } }[];
  };
  const sum = (kinds: readonly string[]): bigint =>
    lines
      .filter((line) => line.planChangeId === planChangeId && kinds.includes(line.kind))
      .reduce((total, line) => total + cents(line.amount.amount), 0n);
  const posted = sum(['credit', 'charge', 'fee']);
  const net = cents(quote?.net.amount ?? '0.00');
  if (posted !== net)
    agent.record.violate('oracle', `${posted} cents are posted, ${net} were quoted`, planChangeId);
}

const target = (random: Random): string => random.pick(TARGETS);

const applyNow = (how: 'verbal' | 'written'): Scenario => ({
  name: `${how} consent, at once`,
  async run(agent, random) {
    const [change] = await opened(agent, target(random));
    await applied(agent, change, how);
    await agent.message(change, 'confirmation', { explained: ['The new plan is active'], channel: 'phone' });
    await agent.post(`/v1/customers/${change.customerId}/notes`, { body: 'The customer was pleased' }, [201]);
    await checkStatement(agent, change);
  },
});

const requoteFirst: Scenario = {
  name: 'a new quote, consent to the old one refused',
  async run(agent, random) {
    const [change] = await opened(agent, target(random));
    const again = await agent.message(change, 'requote', {});
    agent.record.ends.set(change.planChangeId, ['completed', 'activated']);
    if (again.quote?.hash === change.quote?.hash)
      agent.record.violate('oracle', 'a new quote has the hash of the old one', change.planChangeId);
    const stale = await agent.client.insist(
      'POST',
      `/v1/plan-changes/${change.planChangeId}/consent`,
      verbal(change),
    );
    if (stale.status !== 409 || stale.body['code'] !== 'quote-superseded')
      agent.record.violate(
        'I2',
        `consent to a superseded quote was answered ${stale.status}`,
        change.planChangeId,
      );
    await applied(agent, again);
  },
};

/** Nobody can agree to what was never quoted. */
const consentUnseen: Scenario = {
  name: 'consent before the quote was read',
  async run(agent, random) {
    const [change] = await opened(agent, target(random));
    const unseen = verbal({ quote: change.quote && { ...change.quote, hash: 'f0'.repeat(32) } });
    const reply = await agent.client.insist(
      'POST',
      `/v1/plan-changes/${change.planChangeId}/consent`,
      unseen,
    );
    if (reply.status !== 409)
      agent.record.violate(
        'I2',
        `consent to an unknown quote was answered ${reply.status}`,
        change.planChangeId,
      );
    await applied(agent, change);
  },
};

const byLink = (decision: 'accept' | 'decline'): Scenario => ({
  name: `the customer ${decision}s by the link, twice`,
  gives: NEEDS.link,
  async run(agent, random) {
    const { client, record, account } = agent;
    const [change] = await opened(agent, target(random));
    await agent.post(`/v1/plan-changes/${change.planChangeId}/consent-link`, {}, [202]);
    const link = await agent.linkOf(change);
    record.ends.set(change.planChangeId, decision === 'accept' ? ['completed', 'activated'] : ['declined']);
    const said =
      decision === 'accept'
        ? { decision, typedName: account.fullName, accountNumberLast4: account.accountNumber.slice(-4) }
        : { decision, reason: 'too dear' };
    // A customer whose answer was lost tries again: "already recorded" is then right as well.
    const first = await client.insist('POST', link, said, { as: null });
    if (![200, 409].includes(first.status)) throw new Unexpected(`the link answered ${first.status}`);
    const second = await client.insist('POST', link, said, { as: null });
    if (second.status !== 409 || second.body['code'] !== 'link-used')
      record.violate(
        'I12',
        `a link that was used was answered ${second.status} ${codeOf(second)}`,
        change.planChangeId,
      );
  },
});

const ended = (name: 'decline' | 'cancel', status: string): Scenario => ({
  name: `${name} while consent is awaited`,
  async run(agent, random) {
    const [change] = await opened(agent, target(random));
    agent.record.ends.set(change.planChangeId, [status]);
    await agent.message(change, name, { reason: 'the customer thought better of it' });
    const late = await agent.client.insist(
      'POST',
      `/v1/plan-changes/${change.planChangeId}/consent`,
      verbal(change),
    );
    if (late.status < 400)
      agent.record.violate(
        'I7',
        `consent to a ${status} change was answered ${late.status}`,
        change.planChangeId,
      );
  },
});

async function scheduled(agent: Agent, random: Random): Promise<[PlanChangeJson, Identified]> {
  const identified = await agent.identify();
  const date = daysAfter(dateIn(identified.timeZone), random.int(2, 20));
  const change = await agent.open(identified, target(random), { when: 'on_date', date });
  await agreeToDate(agent, change);
  return [change, identified];
}

async function agreeToDate(agent: Agent, change: PlanChangeJson): Promise<void> {
  const after = await agent.consent(change);
  if (after.status !== 'scheduled') throw new Unexpected(`a dated consent was answered with ${after.status}`);
}

const datedAndMoved: Scenario = {
  name: 'a date, another date, cancelled',
  async run(agent, random) {
    const [change, { timeZone }] = await scheduled(agent, random);
    const date = daysAfter(dateIn(timeZone), random.int(21, 40));
    const moved = await agent.message(change, 'reschedule', { activation: { when: 'on_date', date } });
    if (moved.status !== 'awaiting_consent' || moved.quote?.hash === change.quote?.hash)
      agent.record.violate('I2', 'a new date did not ask for consent again', change.planChangeId);
    await agreeToDate(agent, moved);
    agent.record.ends.set(change.planChangeId, ['cancelled']);
    await agent.message(change, 'cancel', { reason: 'not needed any more' });
  },
};

/** Lets the date come: the server skips the time of this workflow. Again when a part was away meanwhile. */
async function letTheDateCome(agent: Agent, planChangeId: string, past = 2): Promise<void> {
  const { activation } = await agent.read(planChangeId);
  const seconds = Math.ceil((Date.parse(activation.at ?? '') - Date.now()) / 1_000) + past;
  const server = { address: agent.system.temporalAddress, namespace: NAMESPACE };
  await retrying(async () => {
    if ((await agent.read(planChangeId)).status !== 'scheduled') return;
    await skipWorkflowTime(server, planChangeWorkflowId(planChangeId), { seconds });
  });
}

const datedAndFired: Scenario = {
  name: 'a date that comes',
  gives: NEEDS.activationOnADate,
  async run(agent, random) {
    const [change] = await scheduled(agent, random);
    agent.record.ends.set(change.planChangeId, ['completed', 'activated']);
    await letTheDateCome(agent, change.planChangeId);
    await agent.reaches(change.planChangeId, 'activated', 'completed');
  },
};

/** One of the two wins, and the other is told. */
const movedAsItFires: Scenario = {
  name: 'another date while the date comes',
  async run(agent, random) {
    const [change, { timeZone }] = await scheduled(agent, random);
    const date = daysAfter(dateIn(timeZone), 60);
    await letTheDateCome(agent, change.planChangeId, -2);
    await delay(random.int(800, 2_500));
    const activation = { when: 'on_date', date };
    const path = `/v1/plan-changes/${change.planChangeId}/reschedule`;
    const reply = await agent.client.insist('POST', path, { activation });
    const ends = reply.status === 200 ? ['awaiting_consent', 'cancelled'] : ['completed', 'activated'];
    agent.record.ends.set(change.planChangeId, ends);
    await agent.reaches(change.planChangeId, ...ends);
  },
};

const replaced: Scenario = {
  name: 'a second change refused, then in place of the first',
  async run(agent) {
    const [first, identified] = await opened(agent, 'fiber-plus');
    const { identificationId } = identified;
    const body = { identificationId, planCode: 'dsl-internet', activation: NOW };
    const refused = await agent.client.insist('POST', '/v1/plan-changes', body);
    if (refused.status !== 409 || refused.body['openPlanChangeId'] !== first.planChangeId)
      agent.record.violate(
        'oracle',
        `a second open change was answered ${refused.status}`,
        first.planChangeId,
      );
    const second = await agent.open(identified, 'dsl-internet', NOW, { replaces: first.planChangeId });
    agent.record.ends.set(first.planChangeId, ['cancelled']);
    await applied(agent, second);
  },
};

const reverted: Scenario = {
  name: 'there and back in a day: nothing is left',
  async run(agent) {
    const [change] = await opened(agent, 'fiber-plus');
    await applied(agent, change);
    const { identificationId } = await agent.identify();
    const back = await agent.message(change, 'revert', { identificationId, activation: NOW });
    const net = (one: PlanChangeJson): bigint => cents(one.quote?.net.amount ?? '0.00');
    if (net(change) + net(back) !== 0n)
      agent.record.violate(
        'oracle',
        `there and back costs ${net(change) + net(back)} cents`,
        back.planChangeId,
      );
    await applied(agent, back);
  },
};

const raced: Scenario = {
  name: 'cancel races the activation',
  async run(agent, random) {
    const [change] = await opened(agent, target(random));
    const path = `/v1/plan-changes/${change.planChangeId}`;
    const [consent, cancel] = await Promise.all([
      agent.client.insist('POST', `${path}/consent`, verbal(change)),
      agent.client.insist('POST', `${path}/cancel`, { reason: 'changed their mind' }),
    ]);
    const both = consent.status === 200 && cancel.status === 200;
    if (both || (consent.status >= 400 && cancel.status >= 400))
      agent.record.violate(
        'oracle',
        `consent was answered ${consent.status} and cancel ${cancel.status}`,
        change.planChangeId,
      );
    agent.record.ends.set(
      change.planChangeId,
      consent.status === 200 ? ['completed', 'activated'] : ['cancelled'],
    );
  },
};

/** I13: nobody acts on an identification whose time is over. */
const expired: Scenario = {
  name: 'an identification that has run out',
  async run(agent, random) {
    const identified = await agent.identify();
    const { identificationId } = identified;
    await retrying(() =>
      agent.system.owner.raw('UPDATE identifications SET expires_at = now() WHERE id = ?', [
        identificationId,
      ]),
    );
    const body = { identificationId, planCode: target(random), activation: NOW };
    const refused = await agent.client.insist('POST', '/v1/plan-changes', body);
    if (![403, 404].includes(refused.status))
      agent.record.violate('I13', `an expired identification was answered ${refused.status}`);
    const notes = await agent.client.insist('GET', `/v1/customers/${identified.customerId}/notes`);
    if (notes.status !== 404)
      agent.record.violate('I13', `notes without an identification were answered ${notes.status}`);
  },
};

/** The drift rule: another price is never charged silently. */
const drifted: Scenario = {
  name: 'the price changes between quote and consent',
  async run(agent, random) {
    const planCode = `chaos-${agent.account.customerId.slice(-12)}`;
    await retrying(() => publish(agent, planCode, 1, 8_915));
    const [change] = await opened(agent, planCode);
    await retrying(() => publish(agent, planCode, 2, 9_000 + random.int(0, 999)));
    agent.record.ends.set(change.planChangeId, ['held', 'cancelled']);
    const held = await agent.consent(change);
    if (held.status !== 'held') throw new Unexpected(`a drifted price was answered with ${held.status}`);
    const again = await agent.message(change, 'requote', {});
    await applied(agent, again);
  },
};

async function publish(
  { system }: Agent,
  planCode: string,
  version: number,
  priceMinor: number,
): Promise<void> {
  await system.owner.raw('INSERT INTO plans (plan_code) VALUES (?) ON CONFLICT DO NOTHING', [planCode]);
  await system.owner.raw(
    `INSERT INTO plan_versions SELECT (jsonb_populate_record(v, jsonb_build_object(
       'plan_code', ?::text, 'plan_name', 'Chaos Plan', 'version', ?::int, 'price_minor', ?::bigint, 'published_at', now()))).*
     FROM plan_versions v WHERE v.plan_code = 'fiber-plus' ORDER BY v.version DESC LIMIT 1 ON CONFLICT DO NOTHING`,
    [planCode, version, priceMinor],
  );
}

/** A database that stores a cent more than it was told: found by reading back, taken back whole, held. */
const misstored: Scenario = {
  name: 'a charge is stored wrong, read back, taken back',
  gives: NEEDS.compensation,
  async run(agent) {
    const { system, account, record } = agent;
    const name = `chaos_${account.customerId.replaceAll('-', '')}`;
    const [change] = await opened(agent, 'phone-basic');
    await retrying(() =>
      system.owner.raw(
        `CREATE OR REPLACE FUNCTION ${name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
           IF NEW.plan_change_id = '${change.planChangeId}' AND NEW.kind = 'charge' AND NOT NEW.reversal
           THEN NEW.amount_minor := NEW.amount_minor + 1; END IF; RETURN NEW; END $$;
         CREATE OR REPLACE TRIGGER zz_${name} BEFORE INSERT ON charges FOR EACH ROW EXECUTE FUNCTION ${name}()`,
      ),
    );
    const held = await agent.consent(change);
    await retrying(() => system.owner.raw(`DROP FUNCTION IF EXISTS ${name}() CASCADE`));
    record.ends.set(change.planChangeId, ['cancelled']);
    if (held.status !== 'held') throw new Unexpected(`a wrong charge was answered with ${held.status}`);
    const statement = await agent.client.insist('GET', `/v1/customers/${change.customerId}/statement`);
    const { balance } = statement.body as unknown as { balance: { amount: string } };
    if (cents(balance.amount) !== 0n)
      record.violate('I8', `a balance of ${balance.amount} is left over`, change.planChangeId);
    const after = await agent.identify();
    if (after.planCode !== change.from.planCode)
      record.violate('I8', 'the plan is not as before', change.planChangeId);
    await agent.message(change, 'cancel', { reason: 'held for good' });
  },
};

/** In the order in which a short campaign takes them: what is used most comes first. */
export const SCENARIOS: readonly Scenario[] = [
  applyNow('verbal'),
  datedAndMoved,
  byLink('accept'),
  raced,
  requoteFirst,
  datedAndFired,
  drifted,
  reverted,
  misstored,
  byLink('decline'),
  replaced,
  ended('cancel', 'cancelled'),
  expired,
  movedAsItFires,
  consentUnseen,
  applyNow('written'),
  ended('decline', 'declined'),
];

import { createHash, randomUUID, sign } from 'node:crypto';
import path from 'node:path';
import { EventWebhookHeader } from '@sendgrid/eventwebhook';
import { webhookKey } from '../../sendgrid-double/webhook-key.ts';
import { randomBase62 } from '../../stack/development-keys.ts';
import { webhookKeyFile } from '../../stack/services.ts';
import type { Random } from '../random.ts';
import { retrying } from '../retrying.ts';
import { awakeZones } from '../run-changes.ts';
import { HOSTILE_TEXTS } from '../schema-arbitrary.ts';
import type { System } from '../system.ts';
import { mailReader } from './new-mails.ts';
import type { Change, Customer, Desk, World } from './world.ts';

/** Failed identifications are counted by agent: so many requests are one desk's. */
const REQUESTS_PER_DESK = 300;
const FEWEST_DESKS = 4;
const DAY_MS = 86_400_000;
const USED_UP = { points: 1_000_000, forMs: DAY_MS };
const LINKS_AGAIN_MS = 200;
const NAMES = ['Ann Field', 'Zoë O’Brien', HOSTILE_TEXTS[0], HOSTILE_TEXTS[1], "Robert'); DROP TABLE"].filter(
  (name) => name !== undefined,
);

/** A world of agents for `n` requests: with keys that hold and keys that do not, with and without room for more. */
export async function seedWorld(system: System, n: number, random: Random): Promise<World> {
  const { owner } = system;
  const { privateKey } = await webhookKey(webhookKeyFile(system.dataDir));
  const count = FEWEST_DESKS + Math.ceil(n / REQUESTS_PER_DESK);
  const desks: Desk[] = [];
  for (let number = 0; number < count; number += 1) {
    const { agentId, key } = await newAgent(system);
    desks.push({ agentId, key, cookie: undefined, customers: [] });
  }
  const { rows: plans } = await owner.raw<{ rows: { code: string }[] }>(
    `SELECT DISTINCT plan_code AS code FROM plan_versions v WHERE billing_interval = 'month'
     AND (available_until IS NULL OR available_until > now() + interval '2 years') ORDER BY 1`,
  );
  const { rows: terms } = await owner.raw<{ rows: { version: string }[] }>('SELECT version FROM terms');

  const newCustomer = async (desk: Desk): Promise<Customer> => {
    const account = await system.account({
      fullName: random.pick(NAMES),
      timeZone: random.pick(awakeZones()),
      anchorDate: `2024-01-${String(random.int(1, 28)).padStart(2, '0')}`,
    });
    const made: Customer = {
      ...{ desk, account, identificationId: undefined, planCode: 'fiber-basic' },
      ...{ plans: plans.map(({ code }) => code), changes: [] },
    };
    desk.customers.push(made);
    return made;
  };

  const exhausted = await newAgent(system);
  await useUp(system, 'request_counts', `agent:${exhausted.agentId}`);
  const exhaustedAddress = '203.0.113.9';
  await useUp(system, 'rate_limits', `sign-in:${exhaustedAddress}`);
  await useUp(system, 'request_counts', `wrong-key:${exhaustedAddress}`);
  const [first] = desks;
  if (!first) throw new Error('there is no desk');
  const forgotten = await newCustomer(first);
  const expiredIdentification = { desk: first, identificationId: await expiredOf(system, first, forgotten) };

  const readMails = mailReader(path.join(system.dataDir, 'outbox.jsonl'));
  let readAt = 0;
  return {
    desks,
    plans: plans.map(({ code }) => code),
    termsVersions: terms.map(({ version }) => version),
    cursors: new Map(),
    answered: [],
    deadKeys: [
      `pc_${randomBase62(8)}_${randomBase62(40)}`,
      (await newAgent(system, { expires_at: new Date(Date.now() - DAY_MS) })).key,
      (await newAgent(system, { revoked_at: new Date(Date.now() - DAY_MS) })).key,
    ],
    exhaustedKey: exhausted.key,
    exhaustedAddress,
    expiredIdentification,
    keys: system.keys,
    newCustomer,
    async learnLinks() {
      if (Date.now() - readAt < LINKS_AGAIN_MS) return;
      readAt = Date.now();
      const tokens = (await readMails()).flatMap(
        ({ text }) => /\/consent\/([\w-]{43})/.exec(text)?.[1] ?? [],
      );
      if (tokens.length === 0) return;
      const byHash = new Map(tokens.map((token) => [sha256(token), token]));
      const { rows } = await retrying(() =>
        owner.raw<{ rows: { id: string; change: string; quoteHash: string; hash: string }[] }>(
          `SELECT id, plan_change_id AS change, quote_hash AS "quoteHash", token_sha256 AS hash FROM consent_links
           WHERE token_sha256 = ANY (?)`,
          [[...byHash.keys()]],
        ),
      );
      const changes = changesById(desks);
      for (const { id: linkId, change: changeId, quoteHash, hash } of rows) {
        const change = changes.get(changeId);
        const token = byHash.get(hash);
        if (token !== undefined && change)
          change.links.push({ change, linkId, token, quoteHash, isUsed: false, isWornOut: false });
      }
    },
    async mailIds() {
      const { rows } = await retrying(() =>
        owner.raw<{ rows: { id: string }[] }>(
          `SELECT id FROM email_outbox WHERE status IN ('accepted', 'delivered') ORDER BY created_at DESC LIMIT 5`,
        ),
      );
      return rows.map(({ id }) => id);
    },
    async suspend({ account }, isSuspended) {
      const status = isSuspended ? 'suspended' : 'active';
      await retrying(() => owner('customers').where({ id: account.customerId }).update({ status }));
    },
    async wearOut(link) {
      link.isWornOut = true;
      await useUp(system, 'request_counts', `consent-link:${link.linkId}`);
    },
    signed(body) {
      const timestamp = String(Math.floor(Date.now() / 1_000));
      const signature = sign('sha256', Buffer.from(timestamp + body), privateKey).toString('base64');
      return { [EventWebhookHeader.SIGNATURE()]: signature, [EventWebhookHeader.TIMESTAMP()]: timestamp };
    },
  };
}

function changesById(desks: readonly Desk[]): Map<string, Change> {
  const changes = desks.flatMap(({ customers }) => customers).flatMap((customer) => customer.changes);
  return new Map(changes.map((change) => [change.planChangeId, change]));
}

async function newAgent(
  { owner }: System,
  ends: { expires_at?: Date; revoked_at?: Date } = {},
): Promise<{ agentId: string; key: string }> {
  const key = `pc_${randomBase62(8)}_${randomBase62(40)}`;
  const [agent] = await owner('agents')
    .insert({ handle: `fuzz-${randomUUID()}`, role: 'agent' })
    .returning<{ id: string }[]>('id');
  if (!agent) throw new Error('the agent was not made');
  await owner('api_keys').insert({
    agent_id: agent.id,
    prefix: key.slice(3, 11),
    key_sha256: sha256(key),
    ...ends,
  });
  return { agentId: agent.id, key };
}

/** As if all that a window lets in had been sent: sending it would take longer than the fuzz. */
async function useUp({ owner }: System, table: 'request_counts' | 'rate_limits', key: string): Promise<void> {
  await owner(table)
    .insert({ key, points: USED_UP.points, expire: Date.now() + USED_UP.forMs })
    .onConflict('key')
    .merge();
}

/** An identification that was made properly and is over since. */
async function expiredOf(system: System, { key }: Desk, { account }: Customer): Promise<string> {
  const { accountNumber, fullName, serviceAddress } = account;
  const answer = await fetch(`${system.api}/v1/identifications`, {
    method: 'POST',
    headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
    body: JSON.stringify({ accountNumber, fullName, serviceAddress }),
  });
  const { identificationId } = (await answer.json()) as { identificationId: string };
  await system
    .owner('identifications')
    .where({ id: identificationId })
    .update({ expires_at: system.owner.fn.now() });
  return identificationId;
}

function sha256(secret: string): string {
  return createHash('sha256').update(secret).digest('hex');
}

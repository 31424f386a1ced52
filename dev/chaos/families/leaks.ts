import { randomUUID } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { Client, Connection } from '@temporalio/client';
import proto from '@temporalio/proto';
import type { PlanChangeJson } from '../../../api/schemas/plan-changes.ts';
import type { Mail } from '../../sendgrid-double/mail-store.ts';
import { signingKeyFile } from '../../stack/evidence-keys.ts';
import { readJson } from '../../stack/private-file.ts';
import { webhookKeyFile } from '../../stack/services.ts';
import { createAgent, verbal, written, type Agent } from '../agent.ts';
import { NEEDS } from '../audit-at-rest.ts';
import { createClient, type Client as HttpClient, type Reply } from '../client.ts';
import type { Family } from '../family.ts';
import { createRecord, type CampaignRecord } from '../record.ts';
import type { System } from '../system.ts';

const { History } = proto.temporal.api.history.v1;

/** One word that stands nowhere else, for each personal field. */
const FIELDS = [
  'name',
  'street',
  'mailbox',
  'recording',
  'document',
  'signer',
  'reason',
  'typed',
  'note',
  'agent',
  'explained',
] as const;
type Field = (typeof FIELDS)[number];
/** Each must hold something, or the search says nothing. */
const PLACES = [
  'log api',
  'log worker',
  'temporal.db',
  'metrics',
  'custom_args',
  'error answer',
  'histories',
  'search attributes',
  'summaries',
] as const;
type Canaries = Readonly<Record<Field, string>>;

/**
 * Plants a word of its own in every personal field, plays the paths that carry them, and looks for the words and
 * for every secret where neither may be: logs, metrics, Temporal's histories and its own files, what the mail
 * provider gets besides the mail, and error answers.
 */
export const leaks: Family = async ({ system, random, n, say, settle }) => {
  const record = createRecord();
  const canaries: Canaries[] = [];
  const errors: string[] = [];
  for (let number = 0; number < n; number += 1) {
    const words = Object.fromEntries(
      FIELDS.map((field) => [
        field,
        `kanari${field}${random.int(0x10000000, 0x7fffffff).toString(36)}x${number}`,
      ]),
    ) as Record<Field, string>;
    try {
      await playPaths(system, record, words, errors);
      canaries.push(words);
      record.given.add(NEEDS.link);
    } catch (error) {
      record.violate('scenario', error instanceof Error ? error.message : String(error));
    }
  }
  await settle(record);
  const places = await placesOf(system, errors);
  const words = canaries.flatMap((one) => Object.entries(one));
  for (const place of PLACES)
    if (!places.some(([name, content]) => name.includes(place) && content.length > 0))
      record.undone.push(`nothing was found in ${place}: where nothing is, no leak can be`);
  const secrets = await secretsOf(system);
  for (const [place, content] of places) {
    for (const [field, word] of words)
      if (content.includes(word)) record.violate('I15', `${field} in ${place}`);
    for (const [what, secret] of secrets) {
      if (!place.startsWith("Temporal's files") && content.includes(secret))
        record.violate('secret', `${what} in ${place}`);
    }
  }
  say(`leaks: ${words.length} words, ${places.length} places, ${record.violations.length} violations`);
  return {
    family: 'leaks',
    unit: 'rounds of paths',
    n: canaries.length,
    faults: words.length,
    violations: record.violations,
    undone: record.undone,
    p99RecoveryMs: null,
    slowestMs: Math.round(record.slowestMs),
    details: {
      places: places.length,
      secrets: secrets.length,
      bytes: places.reduce((sum, [, { length }]) => sum + length, 0),
      'error answers': errors.length,
    },
  };
};

async function playPaths(
  system: System,
  record: CampaignRecord,
  words: Canaries,
  errors: string[],
): Promise<void> {
  const headers = { 'user-agent': `Mozilla/5.0 ${words.agent}` };
  const key = system.agentKeys[0] ?? '';
  const plain = createClient(system.api, key, record);
  const keep = (reply: Reply | undefined): Reply | undefined => {
    if (reply && reply.status >= 400) errors.push(reply.text);
    return reply;
  };
  const client: HttpClient = {
    once: async (method, to, body, options) =>
      keep(await plain.once(method, to, body, { ...options, headers })),
    insist: async (method, to, body, options) => {
      const reply = await plain.insist(method, to, body, { ...options, headers });
      keep(reply);
      return reply;
    },
  };
  const begin = async (planCode = 'fiber-plus'): Promise<{ agent: Agent; change: PlanChangeJson }> => {
    const account = await system.account({
      fullName: `${words.name} O’Neil`,
      serviceAddress: `7 ${words.street} Road, Springfield`,
      email: `${words.mailbox}-${randomUUID().slice(0, 8)}@example.com`,
    });
    const agent = createAgent({ system, record, client, account });
    return { agent, change: await agent.open(await agent.identify(), planCode, { when: 'immediately' }) };
  };
  const on = ({ planChangeId }: PlanChangeJson): string => `/v1/plan-changes/${planChangeId}`;

  const verbally = await begin();
  const recorded = verbal(verbally.change) as { recording: object };
  const withId = { ...recorded, recording: { ...recorded.recording, id: words.recording } };
  await verbally.agent.post(`${on(verbally.change)}/consent`, withId, [200]);
  await verbally.agent.message(verbally.change, 'confirmation', {
    explained: [words.explained],
    channel: 'phone',
  });
  await verbally.agent.post(
    `/v1/customers/${verbally.change.customerId}/notes`,
    { body: `He said ${words.note}` },
    [201],
  );

  const inWriting = await begin();
  const signed = (by: string): object => {
    const agreement = written(inWriting.change, by) as { document: object };
    return { ...agreement, document: { ...agreement.document, name: `${words.document}.pdf` } };
  };
  // Signed by somebody else, and refused.
  await inWriting.agent.post(`${on(inWriting.change)}/consent`, signed(words.signer), [422]);
  const { fullName } = inWriting.agent.account;
  await inWriting.agent.post(`${on(inWriting.change)}/consent`, signed(fullName), [200]);

  for (const name of ['cancel', 'decline']) {
    const { agent, change } = await begin();
    await agent.message(change, name, { reason: `because of ${words.reason}` });
    // Too late, and refused: the answer must not repeat what was said.
    await client.insist('POST', `${on(change)}/consent`, verbal(change));
  }

  const byLink = await begin();
  await byLink.agent.post(`${on(byLink.change)}/consent-link`, {}, [202]);
  const link = await byLink.agent.linkOf(byLink.change);
  const said = { decision: 'accept', typedName: words.typed, accountNumberLast4: '0000' };
  await client.insist('POST', link, said, { as: null });
  const { accountNumber } = byLink.agent.account;
  const right = {
    decision: 'accept',
    typedName: `${words.name} O’Neil`,
    accountNumberLast4: accountNumber.slice(-4),
  };
  await client.insist('POST', link, right, { as: null });

  // What is refused for its form comes back in no answer and no log either.
  const { name, street, reason, note } = words;
  await client.insist('POST', '/v1/identifications', {
    accountNumber: `${name}-1`,
    fullName: name,
    serviceAddress: street,
  });
  await client.insist('POST', '/v1/identifications', {
    accountNumber: 7,
    fullName: [name],
    serviceAddress: { street },
  });
  await client.insist('POST', `${on(verbally.change)}/cancel`, { reason, note: [note] });
  await client.insist('GET', `/v1/plans?on=${note}`);
  await client.insist('GET', `/v1/customers/${name}/notes`);
}

/** Every place where no personal word may stand, as text of its bytes. */
async function placesOf(
  system: System,
  errors: readonly string[],
): Promise<[place: string, content: string][]> {
  const logs = path.join(system.dataDir, 'logs');
  const files = (folder: string, fits: RegExp): [string, string][] =>
    readdirSync(folder)
      .filter((name) => fits.test(name))
      .map((name) => [name, readFileSync(path.join(folder, name), 'latin1')]);
  const metrics = await (await fetch(`${system.api}/metrics`)).text();
  const mails = (await (await fetch(`${system.outbox}/messages`)).json()) as Mail[];
  return [
    ...files(logs, /./).map(([name, text]): [string, string] => [`the log ${name}`, text]),
    ...files(system.dataDir, /^temporal\.db/).map(([name, text]): [string, string] => [
      `Temporal's files: ${name}`,
      text,
    ]),
    ['the metrics', metrics],
    ["the mails' custom_args", JSON.stringify(mails.map(({ customArgs }) => customArgs))],
    ['an error answer', errors.join('\n')],
    ...(await historiesOf(system)),
  ];
}

async function historiesOf(system: System): Promise<[string, string][]> {
  const connection = await Connection.connect({ address: system.temporalAddress });
  try {
    const client = new Client({ connection });
    const histories: string[] = [];
    const attributes: string[] = [];
    const descriptions: string[] = [];
    for await (const execution of client.workflow.list()) {
      const handle = client.workflow.getHandle(execution.workflowId);
      histories.push(Buffer.from(History.encode(await handle.fetchHistory()).finish()).toString('latin1'));
      attributes.push(execution.workflowId, bytesIn(execution.raw));
      descriptions.push(bytesIn((await handle.describe()).raw));
    }
    return [
      ['the histories', histories.join('\n')],
      ['search attributes and memos', attributes.join('\n')],
      ['summaries and details', descriptions.join('\n')],
    ];
  } finally {
    await connection.close();
  }
}

/** Payloads as the text they hold. */
function bytesIn(value: unknown): string {
  return JSON.stringify(value, (_, member: unknown) => {
    if (typeof member === 'bigint') return String(member);
    if (member instanceof Uint8Array) return Buffer.from(member).toString('latin1');
    const json = member as { type?: string; data?: number[] } | null;
    return json?.type === 'Buffer' && json.data ? Buffer.from(json.data).toString('latin1') : member;
  });
}

/** Keys, passwords, tokens of links, the keys that sign events and proof bundles, line by line. */
async function secretsOf(system: System): Promise<[what: string, secret: string][]> {
  const passwords = (await readJson(path.join(system.dataDir, 'database-passwords.json'))) as Record<
    string,
    string
  >;
  const pem = (file: string): string[] =>
    readFileSync(file, 'utf8')
      .split('\n')
      .filter((line) => line !== '' && !line.startsWith('-----'));
  const mails = (await (await fetch(`${system.outbox}/messages`)).json()) as Mail[];
  const tokens = mails.flatMap(({ text }) =>
    [.../\/consent\/([\w-]{43})/g[Symbol.matchAll](text)].map(([, token]) => token ?? ''),
  );
  return [
    ...[...system.agentKeys, ...Object.values(system.keys)].map((key): [string, string] => [
      'an API key',
      key,
    ]),
    ...Object.values(passwords).map((password): [string, string] => ['a database password', password]),
    ...tokens.map((token): [string, string] => ['the token of a consent link', token]),
    ...pem(webhookKeyFile(system.dataDir)).map((line): [string, string] => ['the key of the events', line]),
    ...pem(signingKeyFile(system.dataDir)).map((line): [string, string] => [
      'the key that signs proof bundles',
      line,
    ]),
    ['the mail key', 'SG.local-double'],
  ];
}

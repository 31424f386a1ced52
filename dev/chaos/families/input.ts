import { randomUUID } from 'node:crypto';
import fc from 'fast-check';
import type { Mail } from '../../sendgrid-double/mail-store.ts';
import { readDocument, type ApiDocument, type Operation, type Parameter } from '../documented-answers.ts';
import type { Family } from '../family.ts';
import type { Random } from '../random.ts';
import { createRecord, type CampaignRecord } from '../record.ts';
import { hostileValue, HOSTILE_TEXTS, nearlyValid, validValue, type Known } from '../schema-arbitrary.ts';
import type { System } from '../system.ts';

const LANES = 4;
const REMEMBERED = 40;
const ANSWER_WITHIN_MS = 20_000;
/** Runs in a browser as it stands. The hostile texts of this family are what it looks for. */
const INJECTED = /<script>alert|<img src=x onerror/i;

/** What earlier answers taught, by the name of the member. */
interface Pool {
  readonly values: Map<string, unknown[]>;
  learn(value: unknown): void;
}

/**
 * Requests made from the running OpenAPI document: valid, with one thing wrong, and garbage; ids mostly from
 * earlier answers, so that they get far. Every answer must be one that the document has.
 */
export const input: Family = async ({ system, random, n, say, settle }) => {
  const record = createRecord();
  const document = await readDocument(system.api);
  const pool = await createPool(system, random);
  const statuses = new Map<string, number>();
  const queue = Array.from({ length: n }, (_, number) => number).values();
  let done = 0;
  const lane = async (): Promise<void> => {
    for (const number of queue) {
      const own = random.fork(`input ${number}`);
      const request = makeRequest(document, pool, own);
      const status = await send(system, record, document, pool, request, own);
      statuses.set(status, (statuses.get(status) ?? 0) + 1);
      done += 1;
      if (done % 1_000 === 0) say(`input: ${done} of ${n} requests, ${record.violations.length} violations`);
    }
  };
  await Promise.all(Array.from({ length: LANES }, lane));
  await checkMails(system, record);
  await settle(record);
  return {
    family: 'input',
    unit: 'requests',
    n,
    faults: n,
    violations: record.violations,
    p99RecoveryMs: null,
    slowestMs: Math.round(record.slowestMs),
    details: Object.fromEntries([...statuses].toSorted(([a], [b]) => a.localeCompare(b))),
  };
};

async function createPool(system: System, random: Random): Promise<Pool> {
  const values = new Map<string, unknown[]>();
  const add = (name: string, value: unknown): void => {
    const known = values.get(name) ?? [];
    if (known.length >= REMEMBERED) known.shift();
    known.push(value);
    values.set(name, known);
  };
  const names = [
    'Ann Field',
    'Zoë O’Brien',
    HOSTILE_TEXTS[0] ?? '',
    HOSTILE_TEXTS[1] ?? '',
    "Robert'); DROP TABLE",
  ];
  for (let number = 0; number < 12; number += 1) {
    const anchorDate = `2024-01-${String(random.int(1, 28)).padStart(2, '0')}`;
    const account = await system.account({ fullName: random.pick(names), anchorDate });
    const { accountNumber, fullName, serviceAddress } = account;
    add('account', { accountNumber, fullName, serviceAddress });
  }
  for (const planCode of ['fiber-plus', 'fiber-basic', 'dsl-internet', 'phone-basic'])
    add('planCode', planCode);
  const learn = (value: unknown): void => {
    if (Array.isArray(value)) return value.forEach(learn);
    if (typeof value !== 'object' || value === null) return;
    for (const [name, member] of Object.entries(value)) {
      if (typeof member === 'string' && /Id$|^cursor$|^nextCursor$/.test(name)) add(name, member);
      if (name === 'hash' && typeof member === 'string') add('quoteHash', member);
      learn(member);
    }
  };
  return { values, learn };
}

interface FuzzRequest {
  readonly operation: Operation;
  readonly path: string;
  readonly headers: Record<string, string>;
  readonly body: string | undefined;
}

function makeRequest(document: ApiDocument, pool: Pool, random: Random): FuzzRequest {
  const sample = <T>(arbitrary: fc.Arbitrary<T>): T =>
    fc.sample(arbitrary, { numRuns: 1, seed: random.int(0, 2 ** 31 - 1) })[0] as T;
  const known: Known = (name) => pool.values.get(ALSO_CALLED[name] ?? name) ?? [];
  const operation = random.pick(document.operations);
  const spoil = random.next();
  const valueOf = ({ name, schema }: Parameter): unknown =>
    sample(spoil > 0.9 ? hostileValue : validValue(schema, document.schemas, known, name));
  const path = operation.path.replaceAll(/\{(\w+)\}/g, (_, name: string) => {
    const ids = known(name === 'id' ? idIn(operation.path) : name);
    const from = ids.length > 0 && random.chance(0.85) ? random.pick(ids) : sample(hostileValue);
    return encoded(asText(from)) || '%20';
  });
  const query = operation.parameters
    .filter((parameter) => parameter.in === 'query' && random.chance(0.4))
    .map((parameter) => `${encoded(parameter.name)}=${encoded(asText(valueOf(parameter)))}`);
  if (random.chance(0.05)) query.push(`${encoded(random.pick(HOSTILE_TEXTS).slice(0, 200))}=1`);
  const headers: Record<string, string> = {};
  if (operation.method === 'POST' && random.chance(0.95))
    headers['idempotency-key'] = random.chance(0.9) ? randomUUID() : latin(random.pick(HOSTILE_TEXTS));
  if (random.chance(0.05))
    headers[random.pick(['accept', 'content-type', 'x-request-id', 'user-agent', 'if-none-match'])] = latin(
      random.pick(HOSTILE_TEXTS).slice(0, 300),
    );
  return {
    operation,
    headers,
    path: `${path}${query.length === 0 ? '' : `?${query.join('&')}`}`,
    body: bodyOf(),
  };

  function bodyOf(): string | undefined {
    if (operation.method === 'GET') return undefined;
    headers['content-type'] ??= 'application/json';
    const accounts = pool.values.get('account') ?? [];
    const whole = operation.operationId === 'identifyCustomer' && random.chance(0.6);
    const valid = whole
      ? fc.constantFrom(...accounts)
      : validValue(operation.body ?? {}, document.schemas, known);
    const how = random.next();
    if (how < 0.55) return JSON.stringify(sample(valid));
    if (how < 0.85) return JSON.stringify(sample(nearlyValid(valid)));
    if (how < 0.92) return JSON.stringify(sample(hostileValue));
    if (how < 0.94) return JSON.stringify({ reason: 'x'.repeat(1_000_000) });
    if (how < 0.96) return '['.repeat(5_000);
    return sample(fc.string({ unit: 'binary', maxLength: 200 }));
  }
}

/** Members that name the same thing. */
const ALSO_CALLED: Readonly<Record<string, string>> = { replaces: 'planChangeId', cursor: 'nextCursor' };

function idIn(path: string): string {
  return path.includes('/customers/') ? 'customerId' : 'planChangeId';
}

async function send(
  system: System,
  record: CampaignRecord,
  document: ApiDocument,
  pool: Pool,
  { operation, path, headers, body }: FuzzRequest,
  random: Random,
): Promise<string> {
  const key = random.chance(0.93)
    ? random.pick(system.agentKeys.slice(0, 2))
    : random.pick([...Object.values(system.keys), 'nobody', '']);
  const where = `${operation.method} ${operation.path}`;
  const started = performance.now();
  record.requests += 1;
  const stream = 'text/event-stream';
  const streams = JSON.stringify(operation.responses).includes(stream);
  const stop = new AbortController();
  const timer = setTimeout(() => stop.abort(), ANSWER_WITHIN_MS);
  try {
    const answer = await fetch(`${system.api}${path}`, {
      method: operation.method,
      redirect: 'manual',
      headers: { ...headers, ...(key !== '' && { authorization: `Bearer ${key}` }) },
      ...(body !== undefined && { body }),
      signal: stop.signal,
    });
    const contentType = answer.headers.get('content-type') ?? '';
    if (streams && contentType.startsWith(stream)) return String(answer.status);
    const text = await answer.text();
    const { status } = answer;
    if (status >= 500 && (status !== 503 || !answer.headers.has('retry-after')))
      record.violate('I17', `${where} answered ${status}: ${text.slice(0, 200)}`);
    const deviation = document.deviation(operation, status, contentType, text);
    if (deviation !== undefined && !isOfAnotherRoute(operation, path, status))
      record.violate('document', `${where}: ${deviation}`);
    if (status >= 400 && !/^application\/problem\+json|^text\/html/.test(contentType))
      record.violate('I17', `${where} answered ${status} as ${contentType}`);
    if (contentType.startsWith('text/html') && INJECTED.test(text))
      record.violate('script', `${where} answered a page with a script of the caller's`);
    if (status < 300 && contentType.startsWith('application/json')) pool.learn(JSON.parse(text));
    return String(status);
  } catch (error) {
    if (stop.signal.aborted)
      record.violate('hang', `${where} is not answered after ${ANSWER_WITHIN_MS / 1_000} s`);
    else if (error instanceof TypeError && error.cause === undefined) return 'not sent';
    else record.violate('I17', `${where} was not answered: ${reasonOf(error)}`);
    return 'none';
  } finally {
    clearTimeout(timer);
    stop.abort();
    record.slowestMs = Math.max(record.slowestMs, performance.now() - started);
  }
}

/** A parameter of dots makes another path of it, which is answered as that one is. */
function isOfAnotherRoute({ path: template }: Operation, path: string, status: number): boolean {
  return status === 404 && /(^|\/)\.{1,2}(\/|$|\?)/.test(path) && template.includes('{');
}

async function checkMails(system: System, record: CampaignRecord): Promise<void> {
  const mails = (await (await fetch(`${system.outbox}/messages`)).json()) as Mail[];
  for (const { html, subject } of mails) {
    if (INJECTED.test(html)) record.violate('script', "a mail holds a script of the caller's");
    if (/[\r\n]/.test(subject)) record.violate('script', 'the subject of a mail breaks its line');
  }
  const page = await (await fetch(`${system.outbox}/`)).text();
  if (INJECTED.test(page)) record.violate('script', "the outbox page holds a script of the caller's");
}

function asText(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}

/** Percent-encoded; half a surrogate pair cannot be, and goes as the bytes it would have. */
function encoded(text: string): string {
  return encodeURIComponent(Buffer.from(text.slice(0, 2_000)).toString());
}

/** What a header may hold at all. */
function latin(text: string): string {
  return text.replaceAll(/[^\t\x20-\x7e\xa0-\xff]/g, '').trim();
}

function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return '';
  return error.cause instanceof Error ? error.cause.message : error.message;
}

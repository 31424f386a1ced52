import { randomUUID } from 'node:crypto';
import type { Random } from '../random.ts';
import { HOSTILE_TEXTS } from '../schema-arbitrary.ts';
import type { Aimed } from './aims.ts';
import type { Target } from './target.ts';
import type { World } from './world.ts';

export interface Made extends Aimed {
  readonly target: Target;
  readonly body: string | undefined;
  readonly isForm: boolean;
  readonly hasBadKey: boolean;
}

type Headers = Record<string, string>;

const JUNK_IN = ['accept', 'content-type', 'x-request-id', 'user-agent', 'if-none-match', 'cookie'];
/** No stream has had so many events. */
const LAST_OF_ALL = '9'.repeat(15);

/** Who asks, for what kind of answer, with the headers that the document names; wrong where the aim is there. */
export function headersFor(world: World, made: Made, random: Random): Headers {
  const { operation, aim, isForm } = made;
  const headers: Headers = {};
  if (made.body !== undefined)
    headers['content-type'] = isForm ? 'application/x-www-form-urlencoded' : 'application/json';
  if (random.chance(0.5)) headers['accept'] = random.pick(['application/json', 'text/html', '*/*']);
  if (aim === 'hostile') headers[random.pick(JUNK_IN)] = latin(random.pick(HOSTILE_TEXTS).slice(0, 300));
  if (aim === 'wrong encoding') {
    // The webhook takes bytes, of whatever charset.
    if (operation.operationId === 'receiveSendgridEvents' || random.chance(0.5))
      headers['content-encoding'] = 'snappy';
    else headers['content-type'] = `${headers['content-type'] ?? ''}; charset=klingon`;
  }
  return { ...headers, ...documented(world, made, random), ...credentials(world, made, random) };
}

function documented(
  world: World,
  { operation, aim, status, body, hasBadKey }: Made,
  random: Random,
): Headers {
  const named = operation.parameters.filter((parameter) => parameter.in === 'header');
  const has = (name: string): boolean => named.some((parameter) => parameter.name.toLowerCase() === name);
  const key = has('idempotency-key') ? idempotencyKey(aim, hasBadKey, random) : '';
  const isStream = has('last-event-id') && (status === '204' || random.chance(0.3));
  return {
    ...(key !== '' && { 'idempotency-key': key }),
    ...(has('x-requested-by') && aim !== 'not allowed' && { 'x-requested-by': 'fuzz' }),
    ...(isStream && {
      'last-event-id': status === '204' ? LAST_OF_ALL : random.pick(['0', '12', LAST_OF_ALL, 'x']),
    }),
    ...(operation.operationId === 'receiveSendgridEvents' &&
      signature(world.signed(body ?? ''), aim, random)),
    ...(operation.operationId === 'signIn' && whereFrom(world, aim, random)),
  };
}

function idempotencyKey(aim: Aimed['aim'], isBad: boolean, random: Random): string {
  if (isBad) return random.pick(['', 'x'.repeat(256), 'two words']);
  return aim === 'hostile' && random.chance(0.5) ? latin(random.pick(HOSTILE_TEXTS)) : randomUUID();
}

function signature(signed: Readonly<Headers>, aim: Aimed['aim'], random: Random): Headers {
  if (aim !== 'not allowed' && aim !== 'hostile') return signed;
  return Object.fromEntries(Object.entries(signed).filter(() => random.chance(0.5)));
}

/** Failed sign-ins are counted by the client's address. */
function whereFrom(world: World, aim: Aimed['aim'], random: Random): Headers {
  const from = aim === 'too often' ? world.exhaustedAddress : address(random);
  return { 'x-forwarded-for': from, ...(aim === 'not allowed' && { 'sec-fetch-site': 'cross-site' }) };
}

function credentials(world: World, { operation, aim, target }: Made, random: Random): Headers {
  const { operationId, method } = operation;
  const { keys } = world;
  if (aim === 'without a key') return random.chance(0.3) ? {} : wrongKey(world, address(random), random);
  // It is asked of no agent: only who keeps coming with wrong keys is turned away there.
  if (aim === 'too often' && operationId === 'getSession')
    return wrongKey(world, world.exhaustedAddress, random);
  if (aim === 'too often') return bearer(world.exhaustedKey);
  if (aim === 'not allowed')
    return /^(openPlanChange|getIdentification)$/.test(operationId) && random.chance(0.7)
      ? bearer(world.expiredIdentification.desk.key)
      : bearer(random.pick([keys.ops, keys.auditor]));
  if ((aim === 'mixed' || aim === 'hostile') && random.chance(0.3))
    return bearer(random.pick(Object.values(keys)));
  if (target.change?.status === 'held' && random.chance(0.4)) return bearer(keys.ops);
  if (operationId === 'getSession' && random.chance(0.3)) return {};
  const { cookie, key } = target.desk;
  // Reads by a session have no need of the header; the others are refused without it.
  if (cookie !== undefined && random.chance(0.2))
    return { cookie, ...(method !== 'GET' && random.chance(0.8) && { 'x-requested-by': 'fuzz' }) };
  return bearer(key);
}

/** Wrong keys are counted by the client's address too. */
function wrongKey(world: World, from: string, random: Random): Headers {
  return { ...bearer(random.pick(world.deadKeys)), 'x-forwarded-for': from };
}

function address(random: Random): string {
  return `198.51.${random.int(0, 255)}.${random.int(1, 254)}`;
}

function bearer(key: string): Headers {
  return { authorization: `Bearer ${key}` };
}

/** What a header may hold at all. */
function latin(text: string): string {
  return text.replaceAll(/[^\t\x20-\x7e\xa0-\xff]/g, '').trim();
}

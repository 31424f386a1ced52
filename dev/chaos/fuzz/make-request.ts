import { randomBytes, randomUUID } from 'node:crypto';
import fc from 'fast-check';
import type { ApiDocument, Operation, Parameter } from '../documented-answers.ts';
import type { Random } from '../random.ts';
import {
  hostileValue,
  HOSTILE_TEXTS,
  nearlyValid,
  resolve,
  validValue,
  type Known,
  type Schema,
} from '../schema-arbitrary.ts';
import type { Aim, Aimed } from './aims.ts';
import { againstARule, belongings } from './belongings.ts';
import { headersFor } from './request-headers.ts';
import { changesOf, findTarget, namedBy, type Target } from './target.ts';
import { isIdle, type Answered, type World } from './world.ts';

export interface FuzzRequest {
  readonly operation: Operation;
  readonly aim: Aim;
  readonly target: Target;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | undefined;
  /** What the request that this one repeats, or whose key it has, makes the answer to it. */
  readonly repeats?: { readonly status: number; readonly text: string | undefined };
}

/** What is good for a customer without an open change only, or must be that of another answer. */
const MOSTLY_LEFT_OUT = ['replaces', 'shown', 'promotionCode'];
const UNNAMED_BODY_BYTES = 40_000;
const WEBHOOK_BODY_BYTES = 1_100_000;
const NO_PARAMETER = '%ff';
const KEY_REUSED = 422;

/** Makes the request that is aimed at, or the one that has to come before it. */
export async function makeRequest(
  world: World,
  document: ApiDocument,
  aimed: Aimed,
  random: Random,
): Promise<FuzzRequest> {
  if (aimed.aim === 'repeated' && world.answered.length > 0)
    return repeated(random.pick(world.answered), random);
  const about = namedBy(aimed.operation, document.schemas);
  const found = await findTarget(world, about, aimed.operation, aimed.aim, random);
  if (!('instead' in found)) return compose(world, document, aimed, found, random);
  const operation = document.operations.find(({ operationId }) => operationId === found.instead);
  if (!operation) throw new Error(`the document has no ${found.instead}`);
  return compose(world, document, { operation, aim: 'fitting', status: undefined }, found.target, random);
}

/** The same request again, or another one under its key. */
function repeated({ request, status, text }: Answered, random: Random): FuzzRequest {
  const body = random.chance(0.4) ? otherBody(request.body ?? '{}') : undefined;
  return body === undefined
    ? { ...request, aim: 'repeated', repeats: { status, text } }
    : { ...request, aim: 'repeated', body, repeats: { status: KEY_REUSED, text: undefined } };
}

function otherBody(json: string): string | undefined {
  const members = JSON.parse(json) as Record<string, unknown>;
  const name = ['reason', 'body'].find((one) => one in members);
  return name === undefined ? undefined : JSON.stringify({ ...members, [name]: 'Something else' });
}

function takesKey({ parameters }: Operation): boolean {
  return parameters.some(({ name }) => name === 'Idempotency-Key');
}

async function compose(
  world: World,
  document: ApiDocument,
  { operation, aim, status }: Aimed,
  target: Target,
  random: Random,
): Promise<FuzzRequest> {
  const { operationId } = operation;
  const sample = <T>(arbitrary: fc.Arbitrary<T>): T =>
    fc.sample(arbitrary, { numRuns: 1, seed: random.int(0, 2 ** 31 - 1) })[0] as T;
  const mailIds = operationId === 'receiveSendgridEvents' ? await world.mailIds() : [];
  const others = aim === 'stranger' ? await somebodyElse(world, target, random) : undefined;
  const own = belongings(world, others ?? target, mailIds, random);
  const known = aim === 'mixed' ? mixed(own) : own;

  // A bad key shows only with a good body.
  const hasBadKey = aim === 'unreadable' && takesKey(operation) && random.chance(0.4);
  const isForm = operation.form !== undefined && random.chance(0.4);
  const schema = isForm ? operation.form : operation.body;
  const json = schema && bodyOf(schema);
  const body = isForm && json !== undefined ? asForm(json) : json;
  const headers = headersFor(world, { operation, aim, status, target, body, isForm, hasBadKey }, random);
  return { operation, aim, target, path: `${pathOf()}${queryOf()}`, headers, body };

  /** Of this change here, of that one there, and of nobody. */
  function mixed(of: Known): Known {
    return (name) => {
      if (random.chance(0.15)) return [];
      const customers = random.pick(world.desks).customers;
      const customer = customers.length > 0 ? random.pick(customers) : undefined;
      const change = customer?.changes.at(-1);
      const foreign = belongings(world, { desk: target.desk, customer, change }, mailIds, random)(name);
      return random.chance(0.6) || foreign.length === 0 ? of(name) : foreign;
    };
  }

  function pathOf(): string {
    return operation.path.replaceAll(/\{(\w+)\}/g, (_, name: string) => {
      const id = ownIn(name, others ?? target);
      if (aim === 'stranger' && name === 'token') return NO_PARAMETER;
      if (aim === 'stranger' && (others === undefined || name !== 'id' || random.chance(0.4)))
        return random.pick([NO_PARAMETER, randomUUID(), 'nobody']);
      if (aim === 'ended' && name === 'token' && random.chance(0.3))
        return randomBytes(32).toString('base64url');
      if (aim === 'hostile' && random.chance(0.5)) return encoded(asText(sample(hostileValue))) || '%20';
      if (aim === 'mixed' && random.chance(0.5)) {
        const change = changesOf(world, random).at(random.int(0, 20));
        return ownIn(name, { desk: target.desk, customer: change?.customer, change, link: change?.links[0] });
      }
      return id;
    });
  }

  function ownIn(name: string, { customer, change, link }: Target): string {
    if (name === 'token') return link?.token ?? randomBytes(32).toString('base64url');
    if (name === 'version') return random.pick(world.termsVersions);
    if (operation.path.includes('/identifications/'))
      return aim === 'not allowed' && random.chance(0.7)
        ? world.expiredIdentification.identificationId
        : (customer?.identificationId ?? randomUUID());
    const id = operation.path.includes('/customers/') ? customer?.account.customerId : change?.planChangeId;
    return id ?? randomUUID();
  }

  function queryOf(): string {
    const parameters = operation.parameters.filter((parameter) => parameter.in === 'query');
    if (parameters.length === 0)
      return random.chance(0.02) ? `?${encoded(random.pick(HOSTILE_TEXTS))}=1` : '';
    const isWrong = aim === 'spoilt' || aim === 'hostile';
    const chosen = parameters.flatMap((parameter) => {
      if (!random.chance(isWrong ? 0.6 : 0.4)) return [];
      const value = isWrong && random.chance(0.7) ? sample(hostileValue) : queryValue(parameter);
      return value === undefined ? [] : [`${encoded(parameter.name)}=${encoded(asText(value))}`];
    });
    if (isWrong && random.chance(0.3)) chosen.push(`${encoded(random.pick(HOSTILE_TEXTS).slice(0, 200))}=1`);
    return chosen.length === 0 ? '' : `?${chosen.join('&')}`;
  }

  function queryValue({ name, schema }: Parameter): unknown {
    if (name === 'cursor') {
      const cursors = world.cursors.get(operationId) ?? [];
      return cursors.length > 0 ? random.pick(cursors) : undefined;
    }
    return sample(validValue(schema, document.schemas, known, name));
  }

  function bodyOf(schema: Schema): string {
    const valid = validValue(schema, document.schemas, known);
    switch (hasBadKey ? 'fitting' : aim) {
      case 'hostile':
        return sample(
          fc.oneof(
            fc.json(),
            fc.string({ unit: 'binary', maxLength: 200 }),
            hostileValue.map((value) => JSON.stringify(value)),
          ),
        );
      case 'spoilt':
        return JSON.stringify(
          random.chance(0.5)
            ? againstARule(fitted(sample(valid)), random)
            : sample(nearlyValid(valid.map(fitted))),
        );
      case 'unreadable':
        return random.pick(['{', '[[[[', '{"reason": "cut', 'reason', '['.repeat(5_000)]);
      case 'too large': {
        const bytes = operationId === 'receiveSendgridEvents' ? WEBHOOK_BODY_BYTES : UNNAMED_BODY_BYTES;
        return JSON.stringify({ reason: 'x'.repeat(bytes) });
      }
      case 'mixed':
        return JSON.stringify(sample(valid));
      default:
        return JSON.stringify(unfit(fitted(sample(valid)), schema));
    }
  }

  /** Without the optional members that fit only now and then. */
  function fitted(value: unknown): unknown {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
    const members = value as Record<string, unknown>;
    for (const name of MOSTLY_LEFT_OUT) {
      const isGood = name === 'replaces' && target.customer !== undefined && !isIdle(target.customer);
      if (!(isGood && aim !== 'misplaced') && random.chance(0.9)) Reflect.deleteProperty(members, name);
    }
    return members;
  }

  /** Wrong in the way that the aim wants, where that is in the body. */
  function unfit(value: unknown, schema: Schema): unknown {
    if (typeof value !== 'object' || value === null) return value;
    const members = value as Record<string, unknown>;
    const has = (name: string): boolean =>
      name in
      ((schema.$ref === undefined ? schema : resolve(schema.$ref, document.schemas)).properties ?? {});
    if (aim === 'not allowed' && operationId === 'identifyCustomer') members['fullName'] = 'Nobody Else';
    if (aim === 'not allowed' && operationId === 'openPlanChange' && random.chance(0.3))
      members['identificationId'] = world.expiredIdentification.identificationId;
    if (aim === 'without a key' && operationId === 'signIn') members['key'] = random.pick(world.deadKeys);
    if (aim === 'stranger' && others === undefined && has('identificationId'))
      members['identificationId'] = randomUUID();
    if (aim === 'misplaced' && 'quoteHash' in members && random.chance(0.5))
      members['quoteHash'] = randomBytes(32).toString('hex');
    return members;
  }
}

/** Another desk's customer, with what it has open. */
async function somebodyElse(world: World, { desk }: Target, random: Random): Promise<Target | undefined> {
  const others = world.desks.filter((one) => one !== desk).flatMap(({ customers }) => customers);
  if (others.length === 0) return Promise.resolve(undefined);
  const customer = random.pick(others);
  return { desk, customer, change: customer.changes.at(-1) };
}

function asForm(json: string): string {
  try {
    const value = JSON.parse(json) as unknown;
    if (typeof value !== 'object' || value === null) return json;
    const fields = Object.entries(value).map(([name, member]): [string, string] => [name, asText(member)]);
    return new URLSearchParams(fields).toString();
  } catch {
    return json;
  }
}

function asText(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}

/** Percent-encoded; half a surrogate pair cannot be, and goes as the bytes it would have. */
function encoded(text: string): string {
  return encodeURIComponent(Buffer.from(text.slice(0, 2_000)).toString());
}

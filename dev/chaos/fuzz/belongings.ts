import { randomUUID } from 'node:crypto';
import { accountKey } from '../../../domain/account-key.ts';
import type { Random } from '../random.ts';
import type { Known } from '../schema-arbitrary.ts';
import type { Target } from './target.ts';
import { openChangeOf, type World } from './world.ts';

const DAY_MS = 86_400_000;
const MINUTE_MS = 60_000;
/** What people write; the last ones would hurt where they are not escaped. */
const WORDS = [
  'Too dear',
  'Ζωή asked, <b>twice</b>',
  "It's 50 % more",
  '<script>alert(1)</script>',
  '{{7*7}}',
];

/** Values that belong together, by the names of the document's members: all of one customer and change. */
export function belongings(
  world: World,
  { desk, customer, change }: Target,
  mailIds: readonly string[],
  random: Random,
): Known {
  const now = Date.now();
  const planCode = customer?.plans.filter((code) => code !== customer.planCode) ?? [];
  const values: Record<string, readonly unknown[]> = {
    identificationId: one(customer?.identificationId),
    planCode: planCode.length > 0 ? planCode : world.plans,
    promotionCode: ['FIBER-10', 'DSL-5'],
    replaces: one(customer && openChangeOf(customer)?.planChangeId),
    quoteHash: one(change?.quoteHash),
    scriptVersion: one(change?.scriptVersion),
    startedAt: [new Date(now - MINUTE_MS).toISOString()],
    durationSeconds: [MINUTE_MS / 1_000],
    signedBy: one(customer?.account.fullName),
    confirm: one(change?.quoteHash),
    signedAt: [new Date(now).toISOString()],
    date: [dateAt(now + random.int(2, 300) * DAY_MS)],
    on: [dateAt(now + random.int(-30, 300) * DAY_MS)],
    accountNumber: one(customer?.account.accountNumber),
    fullName: one(customer?.account.fullName),
    serviceAddress: one(customer?.account.serviceAddress),
    typedName: one(customer?.account.fullName),
    accountNumberLast4: one(customer && accountKey(customer.account.accountNumber).slice(-4)),
    key: [desk.key],
    currency: ['USD'],
    amount: ['60.00', '25', '1000.5'],
    customerId: one(customer?.account.customerId),
    reason: WORDS,
    body: WORDS,
    outbox_id: mailIds,
    event: ['processed', 'delivered', 'bounce', 'open'],
    timestamp: [Math.floor(now / 1_000)],
    sg_event_id: [randomUUID()],
  };
  return (name) => values[name] ?? [];
}

/** Values that the schema takes and a rule of the product does not, by the names of the members. */
const AGAINST_A_RULE: Readonly<Record<string, readonly string[]>> = {
  planCode: ['fiber-basic', 'dsl-two-lines', 'no-such-plan', 'Not a code'],
  promotionCode: ['SECOND-LINE-2019', 'DSL-5', 'NO-SUCH', 'not a code'],
  date: [
    '0001-01-01',
    '2020-02-29',
    '2199-12-31',
    dateAt(Date.now() + 401 * DAY_MS),
    dateAt(Date.now() - DAY_MS),
  ],
  startedAt: [new Date(Date.now() + DAY_MS).toISOString(), '2020-01-01T00:00:00Z'],
  signedAt: [new Date(Date.now() + DAY_MS).toISOString(), '2020-01-01T00:00:00+14:00'],
  scriptVersion: ['no-such-script'],
  currency: ['EUR', 'XXX'],
  amount: ['0.001', '999999999.999'],
  accountNumberLast4: ['0000', '    '],
  typedName: ['Nobody Else'],
  signedBy: ['Nobody Else'],
  confirm: ['0'.repeat(64)],
  shown: ['0'.repeat(64)],
  accountNumber: ['0000-NOBODY'],
};

/** Puts one such value into a body, wherever it has a member for one. */
export function againstARule(value: unknown, random: Random): unknown {
  const places = placesIn(value).filter(([, name]) => name in AGAINST_A_RULE);
  if (places.length === 0) return value;
  const [holder, name] = random.pick(places);
  holder[name] = random.pick(AGAINST_A_RULE[name] ?? []);
  return value;
}

function placesIn(value: unknown): [Record<string, unknown>, string][] {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return [];
  const holder = value as Record<string, unknown>;
  return Object.entries(holder).flatMap(([name, member]) => [
    [holder, name] as [Record<string, unknown>, string],
    ...placesIn(member),
  ]);
}

function one(value: string | undefined): readonly string[] {
  return value === undefined || value === '' ? [] : [value];
}

function dateAt(instant: number): string {
  return new Date(instant).toISOString().slice(0, 10);
}

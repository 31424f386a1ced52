import type { PlanChangeStatus } from '../../../domain/plan-change-status.ts';
import type { TestAccount } from '../../seed/test-account.ts';
import type { FuzzRequest } from './make-request.ts';

/** An agent with an API key, and whom it has identified. */
export interface Desk {
  readonly agentId: string;
  readonly key: string;
  /** Of the console's session, while it is signed in. */
  cookie: string | undefined;
  readonly customers: Customer[];
}

export interface Customer {
  readonly desk: Desk;
  readonly account: TestAccount;
  identificationId: string | undefined;
  /** Of the plan in force, as far as is known. */
  planCode: string;
  /** What was recommended last; every plan that may be, before that. */
  plans: readonly string[];
  readonly changes: Change[];
}

export interface Change {
  readonly customer: Customer;
  readonly planChangeId: string;
  /** As the last answer had it; `unclear` after an answer by the customer's link. */
  status: PlanChangeStatus | 'unclear';
  quoteHash: string;
  scriptVersion: string;
  readonly links: Link[];
}

/** A consent link that has left by mail. */
export interface Link {
  readonly change: Change;
  readonly linkId: string;
  readonly token: string;
  readonly quoteHash: string;
  isUsed: boolean;
  /** As many visits as a minute has are used up, for good. */
  isWornOut: boolean;
}

/** A request with an Idempotency-Key that was done, and its answer. */
export interface Answered {
  readonly request: FuzzRequest;
  readonly status: number;
  readonly text: string;
}

/** Everything that seeds and earlier answers taught: who owns what, and how far it is. */
export interface World {
  readonly desks: readonly Desk[];
  /** The planCodes that can be ordered. */
  readonly plans: readonly string[];
  readonly termsVersions: readonly string[];
  /** nextCursor of earlier pages, by operation. */
  readonly cursors: Map<string, string[]>;
  /** The newest requests that a repeat must have the same answer to. */
  readonly answered: Answered[];
  /** Keys that do not hold: nobody's, an expired and a revoked one. */
  readonly deadKeys: readonly string[];
  /** A key whose agent has used its minute up. */
  readonly exhaustedKey: string;
  /** A client address that has failed to sign in, and come with wrong keys, too often. */
  readonly exhaustedAddress: string;
  /** An identification of a desk's that has expired. */
  readonly expiredIdentification: { readonly desk: Desk; readonly identificationId: string };
  readonly keys: Readonly<Record<'agent' | 'supervisor' | 'ops' | 'auditor', string>>;
  /** A new customer of a desk, not identified yet. */
  newCustomer(desk: Desk): Promise<Customer>;
  /** Reads the links that have been made since. */
  learnLinks(): Promise<void>;
  /** Ids of mails in the outbox. */
  mailIds(): Promise<readonly string[]>;
  /** Suspends the account, or makes it active again: what was agreed meanwhile is held. */
  suspend(customer: Customer, isSuspended: boolean): Promise<void>;
  /** Uses the visits of a link up. */
  wearOut(link: Link): Promise<void>;
  /** The headers that SendGrid's signed webhook has over this body. */
  signed(body: string): Readonly<Record<string, string>>;
}

const OPEN: readonly (PlanChangeStatus | 'unclear')[] = [
  'quoting',
  'awaiting_consent',
  'scheduled',
  'activating',
  'held',
  'unclear',
];

export function openChangeOf({ changes }: Customer): Change | undefined {
  return changes.find(({ status }) => OPEN.includes(status));
}

export function isIdle(customer: Customer): boolean {
  return customer.identificationId !== undefined && openChangeOf(customer) === undefined;
}

const REMEMBERED = 20;

/** Keeps what a repeat is compared with: an answer for good under a key. */
export function keepAnswer({ answered }: World, request: FuzzRequest, status: number, text: string): void {
  const { headers, body } = request;
  const isKeyed = 'idempotency-key' in headers && body?.startsWith('{') === true;
  // A session may have ended by the time of the repeat.
  if (!isKeyed || !('authorization' in headers) || status === 202) return;
  answered.push({ request, status, text });
  if (answered.length > REMEMBERED) answered.shift();
}

/** Takes in a 2xx answer of an operation to a desk: identifications, changes with their quotes, plans, cursors. */
export function learn(
  world: World,
  desk: Desk,
  { operationId, value, customer }: { operationId: string; value: unknown; customer: Customer | undefined },
): void {
  if (typeof value !== 'object' || value === null) return;
  const answer = value as Record<string, unknown>;
  if (typeof answer['nextCursor'] === 'string') {
    const known = world.cursors.get(operationId) ?? [];
    world.cursors.set(operationId, [...known.slice(-REMEMBERED), answer['nextCursor']]);
  }
  if (typeof answer['identificationId'] === 'string') learnIdentification(desk, answer);
  if (operationId === 'recommendPlans' && customer) {
    const items = answer['items'] as { planCode: string }[];
    if (items.length > 0) customer.plans = items.map(({ planCode }) => planCode);
  }
  const changes = Array.isArray(answer['items']) ? (answer['items'] as unknown[]) : [answer];
  for (const change of changes) learnChange(desk, change as Record<string, unknown>);
}

function learnIdentification(desk: Desk, answer: Record<string, unknown>): void {
  const { accountNumber } = answer['customer'] as { accountNumber: string };
  const known = desk.customers.find(({ account }) => account.accountNumber === accountNumber);
  if (!known) return;
  known.identificationId = answer['identificationId'] as string;
  known.planCode = (answer['subscription'] as { planCode: string }).planCode;
}

function learnChange(desk: Desk, answer: Record<string, unknown>): void {
  const { planChangeId, status, customerId } = answer;
  if (typeof planChangeId !== 'string' || typeof customerId !== 'string') return;
  const customer = desk.customers.find(({ account }) => account.customerId === customerId);
  if (!customer) return;
  const { quote, to, replaces } = answer as {
    quote: { hash: string; script: { version: string } } | null;
    to: { planCode: string } | null;
    replaces: string | null;
  };
  let known = customer.changes.find((one) => one.planChangeId === planChangeId);
  if (!known) {
    known = { customer, planChangeId, status: 'quoting', quoteHash: '', scriptVersion: '', links: [] };
    customer.changes.push(known);
  }
  known.status = status as PlanChangeStatus;
  known.quoteHash = quote?.hash ?? '';
  known.scriptVersion = quote?.script.version ?? '';
  if (known.status === 'activated' && to) customer.planCode = to.planCode;
  const replaced = customer.changes.find((one) => one.planChangeId === replaces);
  if (replaced) replaced.status = 'cancelled';
}

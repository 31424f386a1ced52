import { randomUUID } from 'node:crypto';
import type { PlanChangeJson } from '../../api/schemas/plan-changes.ts';
import type { TestAccount } from '../seed/test-account.ts';
import { pollUntil } from '../stack/poll.ts';
import type { Mail } from '../sendgrid-double/mail-store.ts';
import { codeOf, type Client, type Reply, type SendOptions } from './client.ts';
import { cents, expectedFigures } from './oracle.ts';
import type { CampaignRecord } from './record.ts';
import type { System } from './system.ts';

export type Activation =
  { when: 'immediately' } | { when: 'end_of_cycle' } | { when: 'on_date'; date: string };

export interface Identified {
  readonly identificationId: string;
  readonly customerId: string;
  readonly timeZone: string;
  readonly planCode: string;
  readonly price: string;
  readonly cycle: { readonly start: string; readonly end: string };
}

/** An answer that a scenario did not allow for: it cannot go on, and the campaign counts a violation. */
export class Unexpected extends Error {
  override readonly name = 'Unexpected';
}

/** What an agent, and the customer, do with one account, each step insisted on and its answer judged. */
export interface Agent {
  readonly account: TestAccount;
  readonly client: Client;
  readonly system: System;
  readonly record: CampaignRecord;
  identify(): Promise<Identified>;
  open(
    identified: Identified,
    planCode: string,
    activation: Activation,
    extra?: object,
  ): Promise<PlanChangeJson>;
  /** Posts and expects one of these statuses. */
  post(path: string, body: object, expected: readonly number[], options?: SendOptions): Promise<Reply>;
  consent(change: PlanChangeJson, how?: 'verbal' | 'written'): Promise<PlanChangeJson>;
  message(change: PlanChangeJson, name: string, body: object): Promise<PlanChangeJson>;
  read(planChangeId: string): Promise<PlanChangeJson>;
  /** Reads until the status is one of these. */
  reaches(planChangeId: string, ...statuses: readonly string[]): Promise<PlanChangeJson>;
  /** The path of the link in the newest mail of the change; asks for another mail when none comes. */
  linkOf(change: PlanChangeJson): Promise<string>;
  /** Compares a quote with what it must be for a change that takes effect on `on`. */
  checkQuote(change: PlanChangeJson, identified: Pick<Identified, 'price' | 'cycle'>, on: string): void;
}

const REACHED_WITHIN = 90_000;
/**
 * A mail whose fate is unknown waits ten minutes for an event, by design. Whoever has the customer on the phone does
 * not, and sends another link.
 */
const LINK_WITHIN = 50_000;
const LINKS_AT_MOST = 3;

export function createAgent(options: {
  readonly system: System;
  readonly record: CampaignRecord;
  readonly client: Client;
  readonly account: TestAccount;
}): Agent {
  const { system, record, client, account } = options;

  const post: Agent['post'] = async (path, body, expected, sent = {}) => {
    const reply = await client.insist('POST', path, body, sent);
    if (!expected.includes(reply.status))
      throw new Unexpected(
        `POST ${path.replaceAll(/[0-9a-f]{8}-[0-9a-f-]{27}/g, '{id}').replace(/[\w-]{43}/, '{token}')} answered ${reply.status} ${codeOf(reply)}, not ${expected.join(' or ')}`,
      );
    return reply;
  };
  const changeOf = (reply: Reply): PlanChangeJson => reply.body as unknown as PlanChangeJson;
  const on = (change: PlanChangeJson): string => `/v1/plan-changes/${change.planChangeId}`;
  const read = async (planChangeId: string): Promise<PlanChangeJson> => {
    const reply = await client.insist('GET', `/v1/plan-changes/${planChangeId}`);
    if (reply.status !== 200) throw new Unexpected(`a known change reads as ${reply.status}`);
    return changeOf(reply);
  };

  return {
    account,
    client,
    system,
    record,
    post,
    read,
    async identify() {
      const { accountNumber, fullName, serviceAddress } = account;
      const reply = await post('/v1/identifications', { accountNumber, fullName, serviceAddress }, [201]);
      const body = reply.body as unknown as {
        identificationId: string;
        customer: { customerId: string; timeZone: string };
        subscription: {
          planCode: string;
          price: { amount: string };
          cycle: { start: string; end: string };
        };
      };
      const { planCode, price, cycle } = body.subscription;
      const { identificationId, customer } = body;
      return { identificationId, ...customer, planCode, price: price.amount, cycle };
    },
    async open({ identificationId }, planCode, activation, extra = {}) {
      const body = { identificationId, planCode, activation, ...extra };
      return changeOf(await post('/v1/plan-changes', body, [201]));
    },
    async consent(change, how = 'verbal') {
      const body = how === 'verbal' ? verbal(change) : written(change, account.fullName);
      return changeOf(await post(`${on(change)}/consent`, body, [200]));
    },
    message: async (change, name, body) => changeOf(await post(`${on(change)}/${name}`, body, [200, 201])),
    async reaches(planChangeId, ...statuses) {
      let change: PlanChangeJson | undefined;
      const isThere = await pollUntil(
        async () => {
          change = await read(planChangeId);
          return statuses.includes(change.status);
        },
        { within: REACHED_WITHIN, every: 150 },
      );
      if (!isThere || !change)
        throw new Unexpected(`the change is ${change?.status ?? 'unknown'}, not ${statuses.join(' or ')}`);
      return change;
    },
    async linkOf(change) {
      for (let asked = 0; asked < LINKS_AT_MOST; asked += 1) {
        if (asked > 0) await post(`${on(change)}/consent-link`, {}, [202]);
        const link = await linkWithin(system, change.planChangeId);
        if (link !== undefined) return link;
      }
      throw new Unexpected('no mail with a consent link came');
    },
    checkQuote(change, { price, cycle }, effective) {
      const { quote, to, planChangeId } = change;
      const wrong = (what: string): void => record.violate('oracle', what, planChangeId);
      if (!quote || !to) return wrong('an open change has no quote');
      const expected = expectedFigures({ oldPrice: price, newPrice: to.price.amount, cycle, on: effective });
      const amount = (kind: string): bigint =>
        quote.lines
          .filter((line) => line.kind === kind)
          .reduce((sum, line) => sum + cents(line.amount.amount), 0n);
      const shown = {
        credit: amount('credit'),
        charge: amount('charge'),
        net: cents(quote.net.amount),
        dueNow: cents(quote.dueNow.amount),
        toBalance: cents(quote.toBalance.amount),
      };
      for (const [name, value] of Object.entries(shown)) {
        const right = expected[name as keyof typeof shown];
        if (value !== right) wrong(`${name} is quoted as ${value} cents, not ${right}`);
      }
      if (amount('fee') !== 0n) wrong(`a fee of ${amount('fee')} cents is quoted`);
      if (quote.effectiveDate !== effective)
        wrong(`the effective date is ${quote.effectiveDate}, not ${effective}`);
      for (const { kind, days, ofDays } of quote.lines)
        if (kind !== 'fee' && (days !== expected.days || ofDays !== expected.ofDays))
          wrong(`${kind} counts ${days} of ${ofDays} days, not ${expected.days} of ${expected.ofDays}`);
    },
  };
}

async function linkWithin(system: System, planChangeId: string): Promise<string | undefined> {
  let link: string | undefined;
  await pollUntil(
    async () => {
      const mails = await mailsOf(system, planChangeId);
      link = mails.flatMap(({ text }) => /\/consent\/[\w-]{43}/.exec(text)?.[0] ?? []).at(0);
      return link !== undefined;
    },
    { within: LINK_WITHIN, every: 200 },
  );
  return link;
}

/** Newest first; none while the double is away. */
export async function mailsOf(system: System, planChangeId: string): Promise<Mail[]> {
  try {
    const answer = await fetch(`${system.outbox}/messages`, { signal: AbortSignal.timeout(5_000) });
    const mails = (await answer.json()) as Mail[];
    return mails.filter(({ text }) => text.includes(planChangeId));
  } catch {
    return [];
  }
}

export function verbal({ quote }: Pick<PlanChangeJson, 'quote'>): object {
  return {
    method: 'verbal',
    quoteHash: quote?.hash ?? '',
    recording: {
      id: `rec-${randomUUID()}`,
      startedAt: new Date(Date.now() - 240_000).toISOString(),
      durationSeconds: 240,
      announced: true,
      scriptVersion: quote?.script.version ?? '',
    },
  };
}

export function written({ quote }: Pick<PlanChangeJson, 'quote'>, signedBy: string): object {
  return {
    method: 'written',
    quoteHash: quote?.hash ?? '',
    document: { name: `agreement-${randomUUID()}.pdf`, sha256: 'ab'.repeat(32) },
    signedBy,
    signedAt: new Date().toISOString(),
  };
}

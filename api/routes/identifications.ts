import { setTimeout as wait } from 'node:timers/promises';
import type { AccountOverview } from '../../db/read-models/account-overview.ts';
import { accountOverview } from '../../db/read-models/account-overview.ts';
import { appendNote } from '../../db/stores/account-notes.ts';
import type { Identification, IdentityRecord } from '../../db/stores/identifications.ts';
import { findIdentification, findIdentity, recordIdentification } from '../../db/stores/identifications.ts';
import { accountKey, identityKey } from '../../domain/account-key.ts';
import { cycleContaining } from '../../domain/billing-cycle.ts';
import { maskEmail } from '../../domain/contact-data.ts';
import { toMoneyJson } from '../../domain/money.ts';
import { ACCESS } from '../auth.ts';
import type { ApiDeps } from '../deps.ts';
import { HttpProblem, notFound, rejected } from '../http-errors.ts';
import { createIdentificationLimits } from '../identification-limits.ts';
import type { Route } from '../route.ts';
import { defineRoute } from '../route.ts';
import { identification, identificationBody } from '../schemas/accounts.ts';

/** Every failure takes at least this long, so that the time does not tell what did not match. */
const FAILURE_TAKES_MS = 150;

/** Step 1 of the procedure: "Verify the customer's account information (name, address, account number)". */
export function identificationRoutes(deps: ApiDeps): Route[] {
  const limits = createIdentificationLimits(deps.knex, deps.limits);
  return [
    defineRoute({
      method: 'post',
      path: '/v1/identifications',
      operationId: 'identifyCustomer',
      summary: "Verify the customer's account number, name and address",
      tag: 'Customers',
      access: ACCESS.serving,
      idempotencyKey: 'optional',
      body: identificationBody,
      answers: { 201: { description: 'Identified, for 60 minutes.', schema: identification } },
      problems: [403],
      handle: async ({ agent, body, request }) => {
        const startedAt = performance.now();
        const key = accountKey(body.accountNumber);
        const { record, matches } = await limits.attempt(agent.agentId, key, async () => {
          const found = await findIdentity(deps.knex, key);
          return { record: found, matches: found !== undefined && isSamePerson(found, body) };
        });
        if (record === undefined || !matches) {
          if (record) await noteFailure(deps, record.customerId, agent.agentId);
          await wait(Math.max(0, FAILURE_TAKES_MS - (performance.now() - startedAt)));
          throw new HttpProblem(
            403,
            'identification-failed',
            'Identification failed',
            'We could not match these details to an account. Check them with the customer and try again.',
          );
        }
        const made = await recordIdentification(deps.knex, {
          agentId: agent.agentId,
          customerId: record.customerId,
          validForMs: deps.policy.identificationMs,
          requestId: request.id,
        });
        return { status: 201, body: serialise(made, await accountOverview(deps.knex, record.customerId)) };
      },
    }),

    defineRoute({
      method: 'get',
      path: '/v1/identifications/{id}',
      operationId: 'getIdentification',
      summary: 'The identified customer as they are now, for whoever identified them, while that holds',
      tag: 'Customers',
      access: ACCESS.serving,
      idempotencyKey: 'none',
      answers: {
        200: { description: 'As it was answered first; plan and cycle of now.', schema: identification },
      },
      handle: async ({ agent, params }) => {
        const found = await findIdentification(deps.knex, params['id'] ?? '');
        if (found?.agentId !== agent.agentId) throw notFound('identification');
        const account = await accountOverview(deps.knex, found.customerId);
        // By the clock of the database, which judged everything else about it.
        if (Date.parse(found.expiresAt) <= Date.parse(account.now))
          throw rejected('identification-expired', null);
        return { status: 200, body: serialise(found, account) };
      },
    }),
  ];
}

function isSamePerson(record: IdentityRecord, told: { fullName: string; serviceAddress: string }): boolean {
  const same = (known: string, said: string) =>
    identityKey(said) !== '' && identityKey(known) === identityKey(said);
  return same(record.fullName, told.fullName) && same(record.serviceAddress, told.serviceAddress);
}

async function noteFailure(deps: ApiDeps, customerId: string, agentId: string): Promise<void> {
  await appendNote(deps.knex, {
    customerId,
    planChangeId: null,
    kind: 'identification_failed',
    body: 'An identification failed: the details did not match.',
    author: { type: 'agent', id: agentId },
  });
}

function serialise(made: Identification, account: AccountOverview) {
  return {
    identificationId: made.identificationId,
    expiresAt: made.expiresAt,
    customer: {
      customerId: account.customerId,
      accountNumber: account.accountNumber,
      fullName: account.fullName,
      email: maskEmail(account.email),
      timeZone: account.timeZone,
    },
    subscription: {
      planCode: account.planCode,
      planName: account.planName,
      price: toMoneyJson(account.priceMinor, account.currency),
      interval: account.interval,
      since: account.since,
      cycle: cycleContaining(account.anchorDate, account.interval, account.today),
    },
    usage: account.usage,
    openPlanChangeId: account.openPlanChangeId,
  };
}

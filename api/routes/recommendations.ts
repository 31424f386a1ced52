import { recommendationFacts } from '../../db/read-models/recommendation-facts.ts';
import { appendNote } from '../../db/stores/account-notes.ts';
import { findIdentification } from '../../db/stores/identifications.ts';
import type { CustomerNeeds } from '../../domain/customer-needs.ts';
import { DomainError } from '../../domain/domain-error.ts';
import { formatMoneyForPeople, parseDecimal, toMoneyJson } from '../../domain/money.ts';
import { needsWords } from '../../domain/needs-words.ts';
import type { Recommendation } from '../../domain/recommendations.ts';
import { recommendPlans } from '../../domain/recommendations.ts';
import { ACCESS } from '../auth.ts';
import type { ApiDeps } from '../deps.ts';
import { invalidInput, notFound, rejected } from '../http-errors.ts';
import type { Route } from '../route.ts';
import { defineRoute } from '../route.ts';
import { recommendations, recommendationsBody, type NeedsJson } from '../schemas/recommendations.ts';

/** Step 2 of the procedure: "Understand the customer's needs and recommend suitable plans". */
export function recommendationRoutes(deps: ApiDeps): Route[] {
  return [
    defineRoute({
      method: 'post',
      path: '/v1/recommendations',
      operationId: 'recommendPlans',
      summary: "Plans that suit the customer's needs and use, best first, with what to say about them",
      tag: 'Catalogue',
      access: ACCESS.serving,
      idempotencyKey: 'optional',
      body: recommendationsBody,
      answers: {
        200: {
          description: 'At most five, best first; where there are none, `none` says why.',
          schema: recommendations,
        },
      },
      problems: [404],
      handle: async ({ agent, body, request }) => {
        const identification = await findIdentification(deps.knex, body.identificationId);
        if (identification?.agentId !== agent.agentId) throw notFound('identification');
        const { customerId, identificationId } = identification;
        const { now, ...facts } = await recommendationFacts(deps.knex, customerId, identificationId);
        if (Date.parse(identification.expiresAt) <= Date.parse(now)) throw notFound('identification');
        const { currency, accountStatus } = facts.account;
        const isActive = accountStatus === 'active';
        const needs = needsOf(body.needs, currency);
        const { items, none } = recommendPlans(needs, facts, now);
        await appendNote(deps.knex, {
          customerId,
          planChangeId: null,
          kind: 'options_discussed',
          body: `${needsNote(needs, currency)} ${isActive ? (none?.explanation ?? plansNote(items, currency)) : NOT_ACTIVE}`,
          author: { type: 'agent', id: agent.agentId },
          requestId: request.id,
        });
        // No plan could be ordered: that is not the same as none being better.
        if (!isActive) throw rejected('account-not-active', null);
        return {
          status: 200,
          body: { items: items.map((item) => serialise(item, currency)), nextCursor: null, none },
        };
      },
    }),
  ];
}

const NOT_ACTIVE =
  'No plans shown: the account is not active, and plans can be changed on active accounts only.';

/** Throws 422 for a limit in another currency, or with more decimals than the currency has. */
function needsOf({ maxMonthly, ...needs }: NeedsJson, currency: string): CustomerNeeds {
  if (maxMonthly === undefined) return needs;
  if (maxMonthly.currency !== currency) {
    throw invalidInput([{ pointer: '/needs/maxMonthly/currency', detail: `must be ${currency}` }]);
  }
  try {
    return { ...needs, maxMonthlyMinor: parseDecimal(maxMonthly.amount, currency) };
  } catch (error) {
    if (!(error instanceof DomainError)) throw error;
    throw invalidInput([{ pointer: '/needs/maxMonthly/amount', detail: error.message }]);
  }
}

function needsNote(needs: CustomerNeeds, currency: string): string {
  const stated = needsWords(needs, currency);
  return stated.length === 0
    ? 'Options discussed, no needs stated.'
    : `Options discussed. Needs: ${stated.join('; ')}.`;
}

function plansNote(items: readonly Recommendation[], currency: string): string {
  const plans = items.map(({ planName, priceMinor, interval, promotion }) => {
    const reduced = promotion === null ? '' : ` with ${promotion.promotionCode}`;
    return `${planName} at ${formatMoneyForPeople(priceMinor, currency)} a ${interval}${reduced}`;
  });
  return `Plans shown: ${plans.join(', ')}.`;
}

/** A recommendation as the contract has it: an allow-list, nothing else leaves. */
function serialise(item: Recommendation, currency: string) {
  const money = (minor: bigint) => toMoneyJson(minor, currency);
  return {
    planCode: item.planCode,
    planName: item.planName,
    price: money(item.priceMinor),
    interval: item.interval,
    promotion: item.promotion && {
      promotionCode: item.promotion.promotionCode,
      description: item.promotion.description,
      validFrom: item.promotion.validFrom,
      validUntil: item.promotion.validUntil,
    },
    reasons: item.reasons,
    losses: item.losses,
    monthlyDifference: money(item.monthlyDifferenceMinor),
    dueNow: money(item.dueNowMinor),
    toBalance: money(item.toBalanceMinor),
    interruptions: item.interruptions,
  };
}

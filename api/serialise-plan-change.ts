import type { PlanChangeView, QuoteView } from '../db/read-models/plan-changes.ts';
import { formatDateForPeople } from '../domain/calendar.ts';
import { toMoneyJson } from '../domain/money.ts';
import { revertWords } from '../domain/revert-words.ts';
import { planChangeWorkflowId } from '../workflows/contract.ts';
import type { ApiDeps } from './deps.ts';
import type { PlanChangeJson } from './schemas/plan-changes.ts';

/** A plan change as the contract has it: an allow-list, nothing else leaves. */
export function serialisePlanChange(
  view: PlanChangeView,
  deps: Pick<ApiDeps, 'publicUrl' | 'temporal' | 'policy'>,
): PlanChangeJson {
  const { currency } = view;
  const workflowId = planChangeWorkflowId(view.id);
  const { uiUrl, namespace } = deps.temporal;
  return {
    planChangeId: view.id,
    status: view.status,
    customerId: view.customerId,
    from: {
      planCode: view.fromPlanCode,
      planName: view.fromPlanName,
      price: toMoneyJson(view.fromPriceMinor, currency),
      interval: view.fromInterval,
    },
    to:
      view.toPlanCode === null ||
      view.toPlanName === null ||
      view.toPriceMinor === null ||
      view.toInterval === null
        ? null
        : {
            planCode: view.toPlanCode,
            planName: view.toPlanName,
            price: toMoneyJson(view.toPriceMinor, currency),
            interval: view.toInterval,
            promotionCode: view.promotionCode,
          },
    activation: {
      when: view.activationWhen,
      date: view.effectiveDate,
      at: view.activateAt ?? view.appliedAt,
      timeZone: view.timeZone,
    },
    quote: view.quote && serialiseQuote(view.quote, currency, deps.publicUrl),
    consent: view.consent,
    interruptions: [...(view.quote?.interruptions ?? [])],
    confirmedAt: view.confirmedAt,
    hold:
      view.holdReason === null || view.heldAt === null
        ? null
        : {
            reason: view.holdReason,
            details: view.holdDetails ?? {},
            endsAt: new Date(Date.parse(view.heldAt) + deps.policy.holdMs).toISOString(),
          },
    email: view.emailStatus === null ? null : { status: view.emailStatus },
    notices: [...view.notices],
    supersedes: view.superseded && serialiseSuperseded(view.superseded),
    replaces: view.replaces,
    replacedBy: view.replacedBy,
    revert: serialiseRevert(view),
    openedAt: view.openedAt,
    temporal: {
      workflowId,
      runId: view.runId,
      url: `${uiUrl}/namespaces/${encodeURIComponent(namespace)}/workflows/${workflowId}/${view.runId}/history`,
    },
  };
}

function serialiseQuote(quote: QuoteView, currency: string, publicUrl: string): PlanChangeJson['quote'] {
  const money = (minor: string) => toMoneyJson(BigInt(minor), currency);
  return {
    hash: quote.hash,
    expiresAt: quote.expiresAt,
    terms: {
      version: quote.termsVersion,
      sha256: quote.termsSha256,
      url: `${publicUrl}/v1/terms/${encodeURIComponent(quote.termsVersion)}`,
    },
    effectiveDate: quote.effectiveDate,
    lines: quote.lines.map(({ amountMinor, ...line }) => ({
      kind: line.kind,
      description: line.description,
      start: line.start,
      end: line.end,
      days: line.days,
      ofDays: line.ofDays,
      amount: money(amountMinor),
    })),
    net: money(quote.netMinor),
    dueNow: money(quote.dueNowMinor),
    toBalance: money(quote.toBalanceMinor),
    nextBill: { date: quote.nextBillDate, amount: money(quote.nextBillMinor) },
    script: { version: quote.scriptVersion, text: quote.scriptText },
  };
}

function serialiseSuperseded(
  superseded: NonNullable<PlanChangeView['superseded']>,
): PlanChangeJson['supersedes'] {
  const { hash, effectiveDate, consentId, consentGivenAt } = superseded;
  const agreed = consentId !== null && consentGivenAt !== null;
  return {
    quoteHash: hash,
    effectiveDate,
    consent: agreed ? { consentId, givenAt: consentGivenAt } : null,
    explanation:
      `The earlier quote, for ${formatDateForPeople(effectiveDate)}, is void` +
      `${agreed ? ', and so is the consent to it' : ''}. Links sent for it no longer work. ` +
      'Only consent to the quote shown here counts.',
  };
}

/** A refused one has no price of now. */
function serialiseRevert(view: PlanChangeView): PlanChangeJson['revert'] {
  const { reverts, currency, toPriceMinor: nowMinor, toPlanName } = view;
  if (reverts === null || nowMinor === null || toPlanName === null) return null;
  const { id, promotionThen, intervalThen } = reverts;
  const thenMinor = BigInt(reverts.priceThenMinor);
  return {
    planChangeId: id,
    priceThen: toMoneyJson(thenMinor, currency),
    priceNow: toMoneyJson(nowMinor, currency),
    difference: toMoneyJson(nowMinor - thenMinor, currency),
    promotionThen,
    note: revertWords({
      planName: toPlanName,
      interval: intervalThen,
      currency,
      thenMinor,
      nowMinor,
      promotionThen,
      promotionNow: view.promotionCode,
    }),
  };
}

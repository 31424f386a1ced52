import type { Allowances } from '../../domain/plan-inclusions.ts';
import { quotePlanChange, type PricedPlan, type QuoteInput } from '../../domain/quote.ts';
import type { AppliedChange } from '../../domain/read-back.ts';

export interface Scene extends Partial<
  Pick<
    QuoteInput,
    'currency' | 'timeZone' | 'anchorDate' | 'when' | 'effectiveDate' | 'balanceMinor' | 'promotionCode'
  >
> {
  readonly from?: Partial<PricedPlan> & { readonly soldUntil?: string };
  readonly to?: Partial<PricedPlan>;
  readonly fullName?: string;
  readonly features?: readonly string[];
  readonly interruptions?: readonly string[];
  readonly consentMethod?: AppliedChange['consentMethod'];
}

const EMAIL = 'canary.recipient@customer.example';
export const ALLOWANCES: Allowances = {
  data: { amount: 2000, unit: 'GB' },
  voice: { amount: null, unit: 'minutes' },
  texts: { amount: 1000, unit: 'messages' },
  lines: { amount: 1, unit: 'lines' },
};
const ACCOUNT_NUMBER = '7590-CANARY';

/** The plans of a scene and the figures that the product itself quotes for them. */
export function quotedScene(scene: Scene) {
  const plan = { version: 1, interval: 'month' as const };
  const from: PricedPlan & { soldUntil: string | null } = {
    ...plan,
    soldUntil: null,
    planCode: 'fiber-basic',
    planName: 'Fiber Basic',
    priceMinor: 3000n,
    ...scene.from,
  };
  const to: PricedPlan = {
    ...plan,
    planCode: 'fiber-plus',
    planName: 'Fiber Plus',
    priceMinor: 5000n,
    ...scene.to,
  };
  const { currency = 'USD', timeZone = 'America/Chicago', when = 'immediately' } = scene;
  const planChangeId = '01938a5e-0000-7000-8000-000000000001';
  const quote = quotePlanChange({
    planChangeId,
    quoteRevision: 1,
    currency,
    timeZone,
    anchorDate: scene.anchorDate ?? '2026-01-01',
    when,
    effectiveDate: scene.effectiveDate ?? '2026-11-16',
    from,
    to,
    promotionCode: scene.promotionCode ?? null,
    creditCapMinor: from.priceMinor,
    balanceMinor: scene.balanceMinor ?? 0n,
    terms: { version: '2025-02', sha256: '0'.repeat(64) },
    interruptions: [],
  });
  return {
    planChangeId,
    from,
    to,
    quote,
    currency,
    when,
    effectiveDate: quote.effectiveDate,
    customer: { fullName: scene.fullName ?? "Zoë O'Brien", email: EMAIL, timeZone },
    features: scene.features ?? ['Fiber internet', 'One phone line', 'Up to three add-ons'],
    interruptions: scene.interruptions ?? [],
    termsVersion: '2025-02',
  };
}

/** A change as the read-back finds it, with the figures that the product itself quotes for the scene. */
export function appliedChange(scene: Scene = {}): AppliedChange {
  const { quote, to, features, ...change } = quotedScene(scene);
  return {
    ...change,
    customer: { ...change.customer, accountNumber: ACCOUNT_NUMBER },
    agreed: {
      planCode: to.planCode,
      version: to.version,
      priceMinor: to.priceMinor,
      promotionCode: scene.promotionCode ?? null,
      quoteHash: quote.hash,
      lines: quote.lines,
      toBalanceMinor: quote.toBalanceMinor,
    },
    current: { ...to, features, allowances: ALLOWANCES, openedByPlanChangeId: change.planChangeId },
    postedLines: quote.lines,
    postedToBalanceMinor: quote.toBalanceMinor,
    consentQuoteHash: quote.hash,
    consentMethod: scene.consentMethod ?? 'verbal',
    dueNowMinor: quote.dueNowMinor,
    nextBill: quote.nextBill,
  };
}

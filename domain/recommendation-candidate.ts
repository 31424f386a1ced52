import type { BillingInterval } from './billing-cycle.ts';
import { yardstickOf, type CustomerNeeds, type Usage, type Yardstick } from './customer-needs.ts';
import { divideHalfAwayFromZero } from './money.ts';
import type { AccountFacts, OfferedPlan, Promotion } from './plan-change-terms.ts';
import { promotionalPrice, runsOn } from './plan-change-terms.ts';
import { planInclusionsOf, type Allowances, type PlanInclusions } from './plan-inclusions.ts';

/** A plan of the catalogue in its newest version, with the promotions for it. */
export interface PlanOffer extends OfferedPlan {
  readonly allowances: Allowances;
  readonly promotions: readonly DescribedPromotion[];
}

export interface DescribedPromotion extends Promotion {
  readonly description: string;
}

/** What a customer has and uses, and what there is to choose from. */
export interface RecommendationFacts {
  readonly account: Omit<AccountFacts, 'offered' | 'promotion'>;
  /** Allowances of the version the customer has. */
  readonly allowances: Allowances;
  readonly usage: Usage;
  /** Every plan of the catalogue, also those that are no longer sold. */
  readonly offers: readonly PlanOffer[];
}

/** One plan held against one customer: what every rule judges. */
export interface Candidate {
  readonly needs: CustomerNeeds;
  readonly yardstick: Yardstick;
  readonly current: AccountFacts['current'];
  readonly currentInclusions: PlanInclusions;
  /** The current plan as it is sold today; undefined when it no longer is. */
  readonly currentOffer: PlanOffer | undefined;
  readonly offer: PlanOffer;
  readonly inclusions: PlanInclusions;
  readonly promotion: DescribedPromotion | null;
  /** With the promotion taken off. */
  readonly priceMinor: bigint;
  /** What changes in a month, yearly prices by the twelfth; rounded to a whole minor unit. */
  readonly monthlyDifferenceMinor: bigint;
}

/** A saving of less than a twentieth of the price is no reason for a change by itself, unless it is asked for. */
export const WORTHWHILE_PART = 20n;

/** The plans that may start today for this customer, each at its best price, the current one left out. */
export function candidatesOf(needs: CustomerNeeds, facts: RecommendationFacts, today: string): Candidate[] {
  const { account, offers } = facts;
  const { current } = account;
  const onSale = offers.filter((offer) => runsOn(today, offer.availableFrom, offer.availableUntil));
  const currentInclusions = planInclusionsOf({ ...current, allowances: facts.allowances });
  const shared = {
    needs,
    yardstick: yardstickOf(needs, currentInclusions, facts.usage),
    current,
    currentInclusions,
    currentOffer: onSale.find(({ planCode }) => planCode === current.planCode),
  };
  return onSale
    .filter((offer) => offer.planCode !== current.planCode && offer.currency === account.currency)
    .map((offer) => {
      const promotion = bestPromotion(offer, today);
      const priceMinor = promotionalPrice(offer.priceMinor, promotion);
      return {
        ...shared,
        offer,
        inclusions: planInclusionsOf(offer),
        promotion,
        priceMinor,
        monthlyDifferenceMinor: divideHalfAwayFromZero(
          perYear(priceMinor, offer.interval) - perYear(current.priceMinor, current.interval),
          12n,
        ),
      };
    });
}

/** Prices of different intervals are compared over a year: exact, where a twelfth may not be. */
export function perYear(priceMinor: bigint, interval: BillingInterval): bigint {
  return interval === 'year' ? priceMinor : priceMinor * 12n;
}

/** What a plan costs in a month, rounded once; for telling, not for comparing. */
export function perMonth(priceMinor: bigint, interval: BillingInterval): bigint {
  return divideHalfAwayFromZero(perYear(priceMinor, interval), 12n);
}

/** The running promotion with the lowest price; of equals the first by code. */
function bestPromotion(offer: PlanOffer, today: string): DescribedPromotion | null {
  const running = offer.promotions
    .filter((promotion) => !promotion.withdrawn && runsOn(today, promotion.validFrom, promotion.validUntil))
    .map((promotion) => ({ promotion, priceMinor: promotionalPrice(offer.priceMinor, promotion) }))
    .sort((one, other) =>
      one.priceMinor === other.priceMinor
        ? one.promotion.promotionCode < other.promotion.promotionCode
          ? -1
          : 1
        : one.priceMinor < other.priceMinor
          ? -1
          : 1,
    );
  return running[0]?.promotion ?? null;
}

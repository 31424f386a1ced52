import { parseDecimal } from '../../domain/money.ts';
import type { Identification, Plan } from './api-client.ts';

/**
 * The plan to recommend: the cheapest that costs more than the customer pays now, billed as often, or, where
 * nothing costs more, the dearest of the others. Undefined when no other plan is billed as often.
 * @param plans on sale; the present one tells how often the customer is billed
 */
export function choosePlan(
  plans: readonly Plan[],
  present: Pick<Identification['subscription'], 'planCode' | 'price'>,
): Plan | undefined {
  const interval = plans.find((plan) => plan.planCode === present.planCode)?.interval ?? 'month';
  const others = plans
    .filter((plan) => plan.planCode !== present.planCode && plan.interval === interval)
    .toSorted((a, b) => (minorOf(a.price) < minorOf(b.price) ? -1 : 1));
  return others.find(({ price }) => minorOf(price) > minorOf(present.price)) ?? others.at(-1);
}

function minorOf({ amount, currency }: Plan['price']): bigint {
  return parseDecimal(amount, currency);
}

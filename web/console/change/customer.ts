import { signal } from '@preact/signals';
import type { Identification, PlanChange } from '../api/types.ts';

/** Proof that a customer was identified on this call: ids only, so it may outlive a reload of the page. */
interface Verified {
  readonly identificationId: string;
  readonly customerId: string;
  readonly expiresAt: string;
}

const KEY = 'plan-change.verified';

/** The details of the identified customer; in memory only, so that a reload or another tab shows none. */
export const customer = signal<Identification | null>(null);

const verified = signal<Verified | null>(restore());

export function rememberCustomer(identification: Identification): void {
  const { identificationId, expiresAt } = identification;
  const { customerId } = identification.customer;
  customer.value = identification;
  verified.value = { identificationId, customerId, expiresAt };
  sessionStorage.setItem(KEY, JSON.stringify(verified.value));
}

export function forgetCustomer(): void {
  customer.value = null;
  verified.value = null;
  sessionStorage.removeItem(KEY);
}

/** What a change does to the details on the screen: another plan, and whether one is open. */
export function followChange(change: PlanChange, isEnded: boolean): void {
  const known = customer.value;
  if (known === null || known.customer.customerId !== change.customerId) return;
  const isApplied = change.status === 'activated' || change.status === 'completed';
  const isOpen = !isEnded && !isApplied;
  const openPlanChangeId = isOpen
    ? change.planChangeId
    : known.openPlanChangeId === change.planChangeId
      ? null
      : known.openPlanChangeId;
  const subscription =
    isApplied && change.to !== null && known.subscription.planCode === change.from.planCode
      ? {
          ...known.subscription,
          planCode: change.to.planCode,
          planName: change.to.planName,
          price: change.to.price,
          interval: change.to.interval,
          since: change.activation.at ?? known.subscription.since,
        }
      : known.subscription;
  customer.value = { ...known, subscription, openPlanChangeId };
}

/** The identification that still holds for this customer, or for whoever was identified last. */
export function identificationFor(customerId?: string): string | undefined {
  const known = verified.value;
  if (known === null || Date.parse(known.expiresAt) <= Date.now()) return undefined;
  return customerId === undefined || known.customerId === customerId ? known.identificationId : undefined;
}

function restore(): Verified | null {
  const kept = sessionStorage.getItem(KEY);
  return kept === null ? null : (JSON.parse(kept) as Verified);
}

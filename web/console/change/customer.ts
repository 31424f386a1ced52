import { computed, signal } from '@preact/signals';
import { ApiProblem, hasCode, isUndecided } from '../api/errors.ts';
import { get } from '../api/request.ts';
import type { Identification } from '../api/types.ts';
import { place, goTo } from '../app/location.ts';

/** Proof that a customer was identified on this call: ids only, so it may outlive a reload of the page. */
interface Verified {
  readonly identificationId: string;
  readonly customerId: string;
  readonly expiresAt: string;
}

const KEY = 'plan-change.verified';
/** The clock here may be wrong: whether an identification is over is asked no sooner than this again. */
const ASK_AGAIN_MS = 30_000;

/** The identified customer as they are now, from the API; in memory only. */
export const customer = signal<Identification | null>(null);

const verified = signal<Verified | null>(restore());
const isOver = signal(false);

/** Why the customer could not be read. */
export const customerError = signal<unknown>(undefined);

/**
 * How it stands with the identification that was made last: `reading` and `unread` after a reload, `over` when the
 * server has said that it holds no more.
 */
export const standing = computed<'none' | 'reading' | 'unread' | 'identified' | 'over'>(() => {
  if (verified.value === null) return 'none';
  if (isOver.value) return 'over';
  if (customer.value !== null) return 'identified';
  return customerError.value === undefined ? 'reading' : 'unread';
});

export function rememberCustomer(identification: Identification): void {
  const { identificationId, expiresAt } = identification;
  const { customerId } = identification.customer;
  isOver.value = false;
  verified.value = { identificationId, customerId, expiresAt };
  sessionStorage.setItem(KEY, JSON.stringify(verified.value));
  show(identification);
}

export function forgetCustomer(): void {
  window.clearTimeout(timer);
  customer.value = null;
  verified.value = null;
  isOver.value = false;
  customerError.value = undefined;
  sessionStorage.removeItem(KEY);
}

/** The identification that holds for this customer, or for whoever was identified last. */
export function identificationFor(customerId?: string): string | undefined {
  const known = verified.value;
  if (known === null || isOver.value) return undefined;
  return customerId === undefined || known.customerId === customerId ? known.identificationId : undefined;
}

/** Whether this customer was the one who was identified last, and that is over. */
export function isIdentificationOver(customerId?: string): boolean {
  if (standing.value !== 'over') return false;
  return customerId === undefined || verified.value?.customerId === customerId;
}

/** To the identification, and from there back to where one is, or to another path below /console. */
export function identifyFirst(then?: string, replace = false): void {
  const { path, query } = place.value;
  const back = then ?? `${path}${query.size === 0 ? '' : `?${query}`}`;
  goTo(`/identify?then=${encodeURIComponent(back)}`, { replace });
}

let reading: Promise<void> | undefined;
let isAsked = false;
let timer: number | undefined;

/**
 * Reads the customer again: plan, cycle, usage and open change of now. After a reload, when a change has moved, and when
 * the identification should be over. Nobody asks for it, so it keeps no session alive.
 */
export function readCustomer(): Promise<void> {
  isAsked = reading !== undefined;
  reading ??= readOnce().finally(() => {
    reading = undefined;
    if (isAsked) void readCustomer();
  });
  return reading;
}

async function readOnce(): Promise<void> {
  const asked = verified.value;
  if (asked === null || isOver.value) return;
  const isStill = (): boolean => verified.value?.identificationId === asked.identificationId;
  try {
    const fresh = await get<Identification>(`/v1/identifications/${asked.identificationId}`, true);
    if (isStill()) show(fresh);
  } catch (error) {
    if (!isStill()) return;
    if (hasCode(error, 'identification-expired')) end();
    // Made by another agent, before this one has signed in here.
    else if (error instanceof ApiProblem && !isUndecided(error)) forgetCustomer();
    else {
      customerError.value = error;
      askAgainIn(ASK_AGAIN_MS);
    }
  }
}

function show(fresh: Identification): void {
  customer.value = fresh;
  customerError.value = undefined;
  askAgainIn(Math.max(Date.parse(fresh.expiresAt) - Date.now(), ASK_AGAIN_MS));
}

function end(): void {
  isOver.value = true;
  customer.value = null;
}

function askAgainIn(milliseconds: number): void {
  window.clearTimeout(timer);
  timer = window.setTimeout(() => void readCustomer(), milliseconds);
}

function restore(): Verified | null {
  const kept = sessionStorage.getItem(KEY);
  return kept === null ? null : (JSON.parse(kept) as Verified);
}

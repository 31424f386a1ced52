import type { PlanChange, Quote } from '../api/types.ts';

/** What each way to agree is about, and whom it tells the outcome. */
export interface ConsentForm {
  readonly change: PlanChange;
  readonly quote: Quote;
  readonly take: (change: PlanChange) => void;
}

import type { z } from 'zod';
import type {
  identification,
  note,
  notes,
  plan,
  promotion,
  statement,
} from '../../../api/schemas/accounts.ts';
import type { money, problem } from '../../../api/schemas/common.ts';
import type {
  activation,
  consentBody,
  openPlanChangeBody,
  planChange,
} from '../../../api/schemas/plan-changes.ts';
import type { NeedsJson, recommendation, recommendations } from '../../../api/schemas/recommendations.ts';
import type { session } from '../../../api/schemas/session.ts';
import type { workSummary } from '../../../api/schemas/work.ts';
import type { PlanChangeStatus } from '../../../domain/plan-change-status.ts';

/** The API's own schemas as types: nothing of the contract is said twice. */
export type Session = z.output<typeof session>;
export type Identification = z.output<typeof identification>;
export type Usage = Identification['usage'][number];
export type Money = z.output<typeof money>;
export type Plan = z.output<typeof plan>;
export type Promotion = z.output<typeof promotion>;
export type Needs = NeedsJson;
export type Recommendation = z.output<typeof recommendation>;
export type Recommendations = z.output<typeof recommendations>;
export type Activation = z.output<typeof activation>;
export type OpenPlanChange = z.output<typeof openPlanChangeBody>;
export type Consent = z.output<typeof consentBody>;
export type PlanChange = Omit<z.output<typeof planChange>, 'status'> & { readonly status: PlanChangeStatus };
export type Quote = NonNullable<PlanChange['quote']>;
export type Note = z.output<typeof note>;
export type Notes = z.output<typeof notes>;
export type Statement = z.output<typeof statement>;
export type WorkSummary = z.output<typeof workSummary>;
export type Problem = z.output<typeof problem>;
export type { PlanChangeStatus };

export interface Page<T> {
  readonly items: readonly T[];
  readonly nextCursor: string | null;
}

import { defineSearchAttributeKey } from '@temporalio/common';
import type { RequestedActivation } from '../domain/activation-date.ts';
import type { RejectionCode } from '../domain/failures.ts';
import type { HoldReason, PlanChangeStatus } from '../domain/plan-change-status.ts';

/**
 * What callers and the workflow agree on: names, ids, payloads. Payloads carry only opaque ids, enums,
 * amounts, instants and hashes: no personal data ever reaches Temporal.
 */

export const PLAN_CHANGE_WORKFLOW = 'planChange';

export function planChangeWorkflowId(planChangeId: string): string {
  return `plan-change-${planChangeId}`;
}

/** Wire names of the updates. */
export const UPDATE = {
  openPlanChange: 'openPlanChange',
  recordConsent: 'recordConsent',
  decline: 'decline',
  cancel: 'cancel',
  requote: 'requote',
  reschedule: 'reschedule',
} as const;

export const REQUEST_CONSENT_WORKFLOW = 'requestConsent';

export function requestConsentWorkflowId(requestId: string): string {
  return `request-consent-${requestId}`;
}

/** The type of the child workflow that sends a notice: the name of its function. */
export const SEND_NOTICE_WORKFLOW = 'sendNotice';

export function noticeWorkflowId(mailId: string): string {
  return `notice-${mailId}`;
}

export interface SendNoticeInput {
  readonly planChangeId: string;
  readonly customerId: string;
  readonly mailId: string;
}

export interface RequestConsentWorkflowInput {
  readonly planChangeId: string;
  readonly customerId: string;
  /** The idempotency row of the agent's request. */
  readonly requestId: string;
  readonly author: MessageAuthor;
}

export const CLOSE_ORPHAN_WORKFLOW = 'closeOrphan';

export function closeOrphanWorkflowId(planChangeId: string): string {
  return `close-orphan-${planChangeId}`;
}

export interface CloseOrphanInput {
  readonly planChangeId: string;
  readonly customerId: string;
  /** Where the change stood when the repair was decided; it is left alone once it has moved on. */
  readonly expected: { readonly status: PlanChangeStatus; readonly revision: number };
  readonly author: MessageAuthor;
}

export interface CloseOrphanResult {
  readonly outcome: 'closed' | 'overtaken';
}

export interface PlanChangeInput {
  readonly planChangeId: string;
  readonly customerId: string;
  readonly agentId: string;
  readonly identificationId: string;
  readonly planCode: string;
  readonly promotionCode: string | null;
  readonly activation: RequestedActivation;
  /** The open change that this one replaces: it is cancelled in the step that opens this one. */
  readonly replacesId: string | null;
  /** The change that this one takes back. */
  readonly revertsId: string | null;
}

export interface PlanChangeResult {
  readonly status: PlanChangeStatus;
}

/** Answer of `openPlanChange`: a quote waits for consent, or a business refusal. */
export type OpenAnswer =
  | { readonly outcome: 'quoted' }
  | { readonly outcome: 'rejected'; readonly code: RejectionCode; readonly openPlanChangeId: string | null };

/** Answer of every other message: where the change stands now, or why a new quote could not be made. */
export type MessageAnswer =
  | { readonly outcome: 'done'; readonly status: PlanChangeStatus; readonly holdReason?: HoldReason }
  | { readonly outcome: 'rejected'; readonly code: RejectionCode; readonly activation?: RequestedActivation }
  /** The change had moved on; nothing was done. */
  | { readonly outcome: 'overtaken'; readonly status: PlanChangeStatus };

/** Who sent a message: an id, never a name. */
export interface MessageAuthor {
  readonly type: 'agent' | 'customer' | 'ops' | 'system';
  readonly id: string | null;
}

export interface RecordConsentInput {
  readonly evidenceId: string;
  readonly quoteHash: string;
  readonly method: 'verbal' | 'written';
  readonly author: MessageAuthor;
}

export interface EndInput {
  /** Row of the free text that explains it; null: none was given. */
  readonly remarkId: string | null;
  readonly author: MessageAuthor;
}

export interface RequoteInput {
  readonly author: MessageAuthor;
}

export interface RescheduleInput {
  readonly activation: RequestedActivation;
  readonly author: MessageAuthor;
}

/** For ops: every change can be found by these in the Temporal UI. */
export const SEARCH_ATTRIBUTE = {
  status: defineSearchAttributeKey('PlanChangeStatus', 'KEYWORD'),
  customerId: defineSearchAttributeKey('CustomerId', 'KEYWORD'),
  planCode: defineSearchAttributeKey('PlanCode', 'KEYWORD'),
  consentMethod: defineSearchAttributeKey('ConsentMethod', 'KEYWORD'),
  effectiveDate: defineSearchAttributeKey('EffectiveDate', 'DATETIME'),
  holdReason: defineSearchAttributeKey('HoldReason', 'KEYWORD'),
} as const;

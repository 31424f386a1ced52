import type { PlanChangeStatus } from '../api/types.ts';

/** The statuses as agents read them. */
export const STATUS_WORDS: Readonly<Record<PlanChangeStatus, string>> = {
  quoting: 'Quoting',
  awaiting_consent: 'Waiting for consent',
  scheduled: 'Scheduled',
  activating: 'Being applied',
  held: 'Held',
  activated: 'Applied',
  completed: 'Completed',
  rejected: 'Refused',
  declined: 'Declined',
  expired: 'Expired',
  cancelled: 'Cancelled',
  failed: 'Failed',
};

const TONES: Readonly<Partial<Record<PlanChangeStatus, string>>> = {
  awaiting_consent: 'info',
  scheduled: 'info',
  activating: 'info',
  held: 'warning',
  activated: 'good',
  completed: 'good',
  failed: 'bad',
};

export function StatusBadge(props: { readonly status: PlanChangeStatus }) {
  return <span class={`badge ${TONES[props.status] ?? ''}`}>{STATUS_WORDS[props.status]}</span>;
}

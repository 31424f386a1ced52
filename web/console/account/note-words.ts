import type { Note } from '../api/types.ts';

/** Kinds of notes as people read them; a kind that is not here reads as it is called. */
const KINDS: Readonly<Record<string, string>> = {
  identified: 'Customer identified',
  identification_failed: 'Identification failed',
  options_discussed: 'Options discussed',
  quoted: 'Quote made',
  rejected: 'Request refused',
  requoted: 'New quote made',
  rescheduled: 'Date changed',
  consent_requested: 'Consent asked for by mail',
  consent_reminder: 'Reminder sent',
  consent_accepted: 'Consent given',
  consent_refused: 'Consent refused',
  scheduled: 'Scheduled',
  plan_applied: 'Plan applied',
  verified: 'Read back and verified',
  held: 'Held',
  compensated: 'Taken back',
  declined: 'Declined by the customer',
  cancelled: 'Cancelled',
  replaced: 'Replaced by another change',
  expired: 'Expired',
  failed: 'Failed',
  cancellation_ignored: 'Cancellation came too late',
  confirmed: 'Confirmed with the customer',
  email_delivered: 'Summary delivered',
  email_undeliverable: 'Summary not delivered',
  email_given_up: 'Summary given up',
  completed: 'Completed',
  repaired: 'Repaired by operations',
  remark: 'Remark',
};

const AUTHORS: Readonly<Record<Note['author']['type'], string>> = {
  agent: 'Agent',
  customer: 'Customer',
  ops: 'Operations',
  system: 'System',
};

export function kindText(kind: string): string {
  return KINDS[kind] ?? kind.replaceAll('_', ' ');
}

/** Who wrote it; ids of agents are no names, so another agent is "another agent". */
export function authorText({ type, id }: Note['author'], reader: string | undefined): string {
  if (type !== 'agent' && type !== 'ops') return AUTHORS[type];
  return id !== null && id === reader ? 'You' : AUTHORS[type];
}

/** Words of the page for what the record has as codes. An unknown code is shown as it is. */
const STATUS: Readonly<Record<string, string>> = {
  quoting: 'being quoted',
  awaiting_consent: 'offered; waits for the customer’s consent',
  scheduled: 'agreed; waits for its date',
  activating: 'applied; being read back',
  held: 'on hold; not applied',
  activated: 'applied and read back',
  completed: 'completed',
  rejected: 'refused at once; nothing was offered',
  declined: 'declined by the customer',
  expired: 'expired without consent',
  cancelled: 'cancelled before it was applied',
  failed: 'failed; what was applied was taken back',
};

const WHEN: Readonly<Record<string, string>> = {
  immediately: 'immediately',
  on_date: 'on a date of the customer’s choice',
  end_of_cycle: 'at the end of the billing cycle',
};

const MAIL: Readonly<Record<string, string>> = {
  summary: 'Summary of the new plan',
  consent_request: 'Request for consent, with a single-use link',
  consent_reminder: 'Reminder that consent is awaited',
  held: 'Notice that the change is on hold',
  expired: 'Notice that the offer has expired',
  cancelled: 'Notice of cancellation',
};

const MAIL_STATUS: Readonly<Record<string, string>> = {
  queued: 'waits to be sent',
  sending: 'being sent',
  accepted: 'accepted by the mail provider',
  delivered: 'delivered',
  bounced: 'could not be delivered',
  dropped: 'dropped by the mail provider',
  given_up: 'given up',
};

const say = (words: Readonly<Record<string, string>>) => (code: string) => words[code] ?? code;

export const statusWords = say(STATUS);
export const whenWords = say(WHEN);
export const mailWords = say(MAIL);
export const mailStatusWords = say(MAIL_STATUS);

/** "quoted", "consent accepted": the kind of a note. */
export function noteKindWords(kind: string): string {
  return kind.replaceAll('_', ' ');
}

export function authorWords({ type, id }: { readonly type: string; readonly id: string | null }): string {
  if (type === 'customer') return 'the customer';
  if (type === 'system') return 'the system';
  return id === null ? type : `${type} ${id.slice(0, 8)}`;
}

import { isFirstFormat } from '../first-format.ts';
import type { EvidencePayload } from '../payload.ts';

type Format = EvidencePayload['format'];

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

/** The first format shows these codes as they are. */
const MAIL_SINCE_2: Readonly<Record<string, string>> = {
  ...MAIL,
  replaced: 'Notice that another change took the place of this one',
  failed: 'Notice that the change failed',
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

const MAIL_STATUS_SINCE_2: Readonly<Record<string, string>> = {
  ...MAIL_STATUS,
  bounced: 'refused by the mail server of the recipient',
  dropped: 'not sent by the mail provider, which holds the address for unreachable',
  superseded: 'not sent on purpose: the change had moved on',
  unknown: 'may have arrived; not sent again, because the change had moved on',
};

const MAIL_EVENT: Readonly<Record<string, string>> = {
  processed: 'taken on for delivery',
  deferred: 'put off by the recipient’s mail server, to be tried again',
  delivered: 'delivered to the recipient’s mail server',
  bounce: 'refused by the recipient’s mail server',
  dropped: 'not sent: the mail provider holds the address for unreachable',
};

/** Why a mail was refused, as the provider sorts it. */
const MAIL_EVENT_REASON: Readonly<Record<string, string>> = {
  bounce: 'refused for good',
  blocked: 'refused this time',
  expired: 'tried until the provider’s time for it was over',
};

const say = (words: Readonly<Record<string, string>>) => (code: string) => words[code] ?? code;
const sayIn =
  (first: Readonly<Record<string, string>>, since2: Readonly<Record<string, string>>) =>
  (code: string, format: Format) =>
    (isFirstFormat(format) ? first : since2)[code] ?? code;

export const statusWords = say(STATUS);
export const whenWords = say(WHEN);
export const mailWords = sayIn(MAIL, MAIL_SINCE_2);
export const mailStatusWords = sayIn(MAIL_STATUS, MAIL_STATUS_SINCE_2);
export const mailEventWords = sayIn({}, MAIL_EVENT);
export const mailEventReasonWords = sayIn({}, MAIL_EVENT_REASON);

/** "quoted", "consent accepted": the kind of a note. */
export function noteKindWords(kind: string): string {
  return kind.replaceAll('_', ' ');
}

/** In the first format, which cuts ids short. */
export function authorWords({ type, id }: { readonly type: string; readonly id: string | null }): string {
  if (type === 'customer') return 'the customer';
  if (type === 'system') return 'the system';
  return id === null ? type : `${type} ${id.slice(0, 8)}`;
}

import type { EvidencePayload } from './payload.ts';

type Called = Pick<EvidencePayload['customer'], 'fullName' | 'accountNumber'>;

/**
 * Who the change is about, as the account had them when it was agreed to, or else offered; from before that was kept,
 * as they are today. A later correction of a name is no other customer, and makes no other agreement.
 */
export function agreedCustomer({ consents, quotes, change, customer }: EvidencePayload): Called {
  const isCurrent = (revision: number): boolean => revision === change.quoteRevision;
  const agreed = consents.find(({ quoteRevision }) => isCurrent(quoteRevision));
  const offered = quotes.find(({ revision }) => isCurrent(revision));
  return agreed?.customer ?? offered?.customer ?? customer;
}

/** Words for what the customer is called today, where that is something else; empty: the same. */
export function calledToday(payload: EvidencePayload): string {
  const { fullName, accountNumber } = payload.customer;
  const then = agreedCustomer(payload);
  return fullName === then.fullName && accountNumber === then.accountNumber
    ? ''
    : ` (today called ${fullName}, account ${accountNumber})`;
}

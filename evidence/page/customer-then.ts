import type { BundleCustomer } from '../payload.ts';
import { esc } from './html.ts';

/** As the account had them then: a name may have been corrected since, and people move. */
export function customerThen({ fullName, accountNumber, timeZone }: BundleCustomer): string {
  return esc(`${fullName}, account ${accountNumber}, then in the time zone ${timeZone}`);
}

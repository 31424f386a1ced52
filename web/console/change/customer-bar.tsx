import { zoneForPeople } from '../../../domain/zone-for-people.ts';
import { Link } from '../app/link.tsx';
import { clockText } from '../components/format.ts';
import { customer } from './customer.ts';

/** Whom one is talking to, on every screen after the first. */
export function CustomerBar(props: { readonly customerId?: string; readonly timeZone?: string }) {
  const known = customer.value;
  if (known === null || (props.customerId !== undefined && known.customer.customerId !== props.customerId)) {
    return (
      <div class="customer-bar">
        <span class="hint">
          Customer details are shown after an identification on this page.
          {props.timeZone !== undefined && ` The customer’s dates are in ${zoneForPeople(props.timeZone)}.`}
        </span>
        {props.customerId !== undefined && (
          <Link to={`/customers/${props.customerId}`} class="end">
            Account
          </Link>
        )}
      </div>
    );
  }
  const { fullName, accountNumber, email, timeZone } = known.customer;
  return (
    <div class="customer-bar">
      <strong>{fullName}</strong>
      <span class="mono">{accountNumber}</span>
      <span>{email}</span>
      <span title={timeZone}>
        {zoneForPeople(timeZone)}, {clockText(timeZone)} now
      </span>
      <Link to={`/customers/${known.customer.customerId}`} class="end">
        Account
      </Link>
    </div>
  );
}

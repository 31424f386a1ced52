import { useContext } from 'preact/hooks';
import { zoneForPeople } from '../../../domain/zone-for-people.ts';
import { Link } from '../app/link.tsx';
import { Button } from '../components/button.tsx';
import { clockText } from '../components/format.ts';
import { Freshness } from '../components/freshness.tsx';
import { mayServe } from '../session/rights.ts';
import { customer, identifyFirst, isIdentificationOver, readCustomer, standing } from './customer.ts';
import { Followed } from './followed.ts';

interface CustomerBarProps {
  readonly customerId?: string;
  readonly timeZone?: string;
}

/** Whom one is talking to, on every screen after the first, and whether the screen is as things are. */
export function CustomerBar(props: CustomerBarProps) {
  const known = customer.value;
  const isKnown =
    known !== null && (props.customerId === undefined || known.customer.customerId === props.customerId);
  const customerId = isKnown ? known.customer.customerId : props.customerId;
  const followed = useContext(Followed);
  return (
    <div class="customer-bar">
      {isKnown ? <Known {...known.customer} /> : <Unknown {...props} />}
      <span class="end">{followed && <Freshness of={followed} />}</span>
      {customerId !== undefined && <Link to={`/customers/${customerId}`}>Account</Link>}
    </div>
  );
}

function Known(props: {
  readonly fullName: string;
  readonly accountNumber: string;
  readonly email: string;
  readonly timeZone: string;
}) {
  const { fullName, accountNumber, email, timeZone } = props;
  return (
    <>
      <strong>{fullName}</strong>
      <span class="mono">{accountNumber}</span>
      <span>{email}</span>
      <span title={timeZone}>
        {zoneForPeople(timeZone)}, {clockText(timeZone)} now
      </span>
    </>
  );
}

function Unknown({ customerId, timeZone }: CustomerBarProps) {
  const zone = timeZone === undefined ? '' : ` The customer’s dates are in ${zoneForPeople(timeZone)}.`;
  if (!mayServe()) return <span class="hint">Your role sees no names.{zone}</span>;
  if (standing.value === 'reading') return <span class="hint">Reading the customer</span>;
  if (standing.value === 'unread') {
    return (
      <>
        <span class="hint">The customer could not be read.{zone}</span>
        <Button look="secondary" small onClick={() => void readCustomer()}>
          Try again
        </Button>
      </>
    );
  }
  const isOver = isIdentificationOver(customerId);
  return (
    <>
      <span class="hint">
        {isOver ? 'The identification has ended.' : 'The customer was not identified here.'}
        {zone}
      </span>
      <Button look="secondary" small onClick={() => identifyFirst()}>
        {isOver ? 'Identify again' : 'Identify the customer'}
      </Button>
    </>
  );
}

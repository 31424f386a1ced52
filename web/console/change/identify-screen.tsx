import { hasCode, ApiProblem } from '../api/errors.ts';
import { post } from '../api/request.ts';
import type { Identification } from '../api/types.ts';
import { useAction } from '../api/use-action.ts';
import { Link } from '../app/link.tsx';
import { goTo, place } from '../app/location.ts';
import { Button } from '../components/button.tsx';
import { TextField } from '../components/field.tsx';
import { ErrorNotice, Notice } from '../components/notice.tsx';
import { Card, Loading, Screen } from '../components/screen.tsx';
import { mayServe } from '../session/rights.ts';
import { CustomerScreen } from './customer-screen.tsx';
import {
  customer,
  customerError,
  forgetCustomer,
  isIdentificationOver,
  readCustomer,
  rememberCustomer,
  standing,
} from './customer.ts';
import { clearDrafts, identityDraft, NO_DETAILS } from './drafts.ts';
import { Steps } from './steps.tsx';

/** Step 1 of the procedure: "Verify the customer's account information (name, address, account number)". */
export function IdentifyScreen() {
  if (!mayServe()) return <NotServing />;
  const known = customer.value;
  // Whoever was sent here has somebody else to identify, or the same customer again.
  if (place.value.query.has('then')) return <IdentifyForm />;
  if (known !== null) return <CustomerScreen known={known} onAnother={another} />;
  return standing.value === 'reading' ? <Loading what="Reading the customer" /> : <IdentifyForm />;
}

function another(): void {
  forgetCustomer();
  clearDrafts();
  goTo('/identify');
}

function IdentifyForm() {
  const draft = identityDraft.value;
  const action = useAction(
    (details: typeof draft, key) => post<Identification>('/v1/identifications', details, key),
    (identification) => {
      // What the customer wishes is still what they wish when they are identified again.
      if (!isIdentificationOver(identification.customer.customerId)) clearDrafts();
      identityDraft.value = NO_DETAILS;
      rememberCustomer(identification);
      const then = place.value.query.get('then');
      if (then?.startsWith('/') === true) goTo(then, { replace: true });
    },
  );
  const field = (name: keyof typeof draft) => ({
    name,
    value: draft[name],
    onValue: (value: string) => {
      identityDraft.value = { ...identityDraft.value, [name]: value };
    },
    autoComplete: 'off',
    error:
      action.error instanceof ApiProblem && action.error.at(`/${name}`) !== undefined
        ? `Enter what the customer says: it ${action.error.at(`/${name}`) ?? ''}.`
        : undefined,
  });
  const isField = hasCode(action.error, 'invalid-input');
  return (
    <Screen
      title="Identify the customer"
      lead="Type the three details as the customer says them, in any order. Case, spaces and common abbreviations do not matter."
      before={<Steps current="Identify" />}
      focusTitle={false}
    >
      <Why />
      <Card>
        <form
          class="stack"
          noValidate
          onSubmit={(event) => {
            event.preventDefault();
            action.run(identityDraft.value);
          }}
        >
          <TextField label="Account number" {...field('accountNumber')} autoFocus spellcheck={false} />
          <TextField label="Full name" {...field('fullName')} />
          <TextField label="Service address" {...field('serviceAddress')} />
          {!isField && <ErrorNotice error={action.error} retry={action.retry} />}
          <div class="actions">
            <Button busy={action.busy}>Identify</Button>
          </div>
        </form>
      </Card>
    </Screen>
  );
}

/** Why it is asked for, when somebody was sent here. */
function Why() {
  if (standing.value === 'unread')
    return <ErrorNotice error={customerError.value} retry={() => void readCustomer()} />;
  if (isIdentificationOver()) {
    return (
      <Notice tone="warning" title="The identification has ended">
        <p>It holds for an hour. Ask for the three details again; then you go on where you were.</p>
      </Notice>
    );
  }
  const known = customer.value;
  return known === null ? null : (
    <Notice title={`You are with ${known.customer.fullName}`}>
      <p>
        Type the details of the other customer to go on with them, or go{' '}
        <Link to="/identify">back to {known.customer.fullName}</Link>.
      </p>
    </Notice>
  );
}

function NotServing() {
  return (
    <Screen title="Identify the customer" before={<Steps current="Identify" />}>
      <Notice title="Your role does not serve customers">
        <p>Agents and supervisors change plans. You can open a change by its address and follow it.</p>
      </Notice>
    </Screen>
  );
}

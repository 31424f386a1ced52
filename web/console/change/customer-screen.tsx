import { useEffect } from 'preact/hooks';
import { zoneForPeople } from '../../../domain/zone-for-people.ts';
import type { Identification, PlanChange } from '../api/types.ts';
import { useLoad } from '../api/use-load.ts';
import { goTo } from '../app/location.ts';
import { Price } from '../components/amount.tsx';
import { Button } from '../components/button.tsx';
import { clockText, dateText, instantText } from '../components/format.ts';
import { Notice } from '../components/notice.tsx';
import { Card, Screen } from '../components/screen.tsx';
import { StatusBadge } from '../components/status-badge.tsx';
import { UsagePlot } from '../components/usage-plot.tsx';
import { readCustomer } from './customer.ts';
import { Steps } from './steps.tsx';

/** The identified customer: "Confirm the current service plan and usage details". */
export function CustomerScreen(props: { readonly known: Identification; readonly onAnother: () => void }) {
  const { customer, subscription, usage, expiresAt, openPlanChangeId } = props.known;
  const { cycle } = subscription;
  // What was read earlier may have moved meanwhile.
  useEffect(() => {
    void readCustomer();
  }, []);
  return (
    <Screen
      title={customer.fullName}
      lead={`Identified until ${instantText(expiresAt).split(', ')[1] ?? ''}. Confirm the plan and the usage with the customer.`}
      before={<Steps current="Identify" />}
    >
      {openPlanChangeId !== null && <OpenChange id={openPlanChangeId} />}
      <div class="columns">
        <Card title="Current plan">
          <p class="plan-now">
            <span class="plan-name">{subscription.planName}</span>
            <Price money={subscription.price} interval={subscription.interval} />
          </p>
          <dl class="facts">
            <div>
              <dt>Since</dt>
              <dd>{dateText(subscription.since.slice(0, 10))}</dd>
            </div>
            <div>
              <dt>Billing cycle</dt>
              <dd>
                {dateText(cycle.start)} to {dateText(cycle.end)}
              </dd>
            </div>
            <div>
              <dt>Account</dt>
              <dd class="mono">{customer.accountNumber}</dd>
            </div>
            <div>
              <dt>Email</dt>
              <dd>{customer.email}</dd>
            </div>
            <div>
              <dt>Time zone</dt>
              <dd>
                <span title={customer.timeZone}>{zoneForPeople(customer.timeZone)}</span>,{' '}
                {clockText(customer.timeZone)} now
              </dd>
            </div>
          </dl>
        </Card>
        <Card title="Usage this cycle">
          <UsagePlot usage={usage} />
        </Card>
      </div>
      <div class="actions">
        <Button onClick={() => goTo('/options')}>Discuss options</Button>
        <Button look="secondary" onClick={() => goTo(`/customers/${customer.customerId}`)}>
          Notes and statement
        </Button>
        <Button look="quiet" onClick={props.onAnother}>
          Another customer
        </Button>
      </div>
    </Screen>
  );
}

function OpenChange(props: { readonly id: string }) {
  const { data } = useLoad<PlanChange>(`/v1/plan-changes/${props.id}`);
  return (
    <Notice
      tone="warning"
      title="A plan change is open"
      actions={
        <Button look="secondary" onClick={() => goTo(`/changes/${props.id}`)}>
          Continue the open change
        </Button>
      }
    >
      {data && (
        <p>
          {data.from.planName} to {data.to?.planName ?? 'another plan'} <StatusBadge status={data.status} />
        </p>
      )}
      <p>A new quote can replace it; you are asked first.</p>
    </Notice>
  );
}

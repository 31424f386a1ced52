import { zoneForPeople } from '../../../domain/zone-for-people.ts';
import type { PlanChange, PlanChangeStatus } from '../api/types.ts';
import type { LivePlanChange } from '../api/use-plan-change.ts';
import { goTo } from '../app/location.ts';
import { Button } from '../components/button.tsx';
import { dateText, instantText, moneyText } from '../components/format.ts';
import { Notice } from '../components/notice.tsx';
import { Screen } from '../components/screen.tsx';
import { StatusBadge } from '../components/status-badge.tsx';
import { mayServe } from '../session/rights.ts';
import { Confirmation } from './confirmation.tsx';
import { CustomerBar } from './customer-bar.tsx';
import { EndActions } from './end-actions.tsx';
import { Held } from './held.tsx';
import { Progress } from './progress.tsx';
import { Records } from './records.tsx';
import { Revert } from './revert.tsx';
import { Scheduled } from './scheduled.tsx';
import { Steps, type Step } from './steps.tsx';

const TITLES: Readonly<Record<PlanChangeStatus, string>> = {
  quoting: 'The change is being quoted',
  awaiting_consent: 'Waiting for consent',
  scheduled: 'The change is scheduled',
  activating: 'The change is being applied',
  held: 'The change is held',
  activated: 'The new plan is active',
  completed: 'The new plan is active',
  rejected: 'The change was refused',
  declined: 'The customer declined',
  expired: 'The change has expired',
  cancelled: 'The change was cancelled',
  failed: 'The change could not be applied',
};

const ENDINGS: Readonly<Partial<Record<PlanChangeStatus, string>>> = {
  rejected: 'Nothing was changed or charged. Start again to choose another plan or date.',
  declined: 'Nothing was changed or charged. The answer is in the account notes.',
  expired:
    'There was no agreement in time. Nothing was changed or charged. Start again if the customer still wants it.',
  cancelled: 'Nothing was changed or charged.',
  failed: 'What had begun was taken back, nothing was charged. Operations knows; start again later.',
};

/** Steps 5 and 6 of the procedure: what became of the change, what to say, and what can be done now. */
export function ResultStep(props: { readonly change: PlanChange; readonly live: LivePlanChange }) {
  const { change, live } = props;
  const { status } = change;
  const isApplied = status === 'activated' || status === 'completed';
  const isOpen = status === 'scheduled' || status === 'held';
  const ending = ENDINGS[status];
  return (
    <Screen
      title={TITLES[status]}
      lead={lead(change)}
      before={
        <>
          <Steps current="Result" passed={stepsPassed(change)} />
          <CustomerBar customerId={change.customerId} timeZone={change.activation.timeZone} />
        </>
      }
      aside={<Records change={change} />}
    >
      {ending !== undefined && (
        <Notice
          tone={status === 'failed' ? 'warning' : 'info'}
          actions={
            mayServe() && (
              <Button look="secondary" onClick={() => goTo(`/options?customer=${change.customerId}`)}>
                Start again
              </Button>
            )
          }
        >
          <p>{ending}</p>
        </Notice>
      )}
      {status === 'held' && <Held change={change} take={live.take} />}
      {status === 'scheduled' && <Scheduled change={change} take={live.take} />}
      {isApplied && <Confirmation change={change} take={live.take} />}
      {(isApplied || status === 'activating' || status === 'scheduled') && <Progress change={change} />}
      {isApplied && mayServe() && <Revert change={change} />}
      {isOpen && <EndActions change={change} take={live.take} />}
    </Screen>
  );
}

/** A change that ended early never had what was not given; one that is all done has no step left. */
function stepsPassed({ consent, status, confirmedAt }: PlanChange): readonly Step[] {
  return [
    ...(['Identify', 'Options', 'Quote'] as const),
    ...(consent === null && status !== 'activating' ? [] : (['Consent'] as const)),
    ...(status === 'completed' && confirmedAt !== null ? (['Result'] as const) : []),
  ];
}

function lead(change: PlanChange) {
  const { from, to, quote, activation } = change;
  return (
    <>
      <StatusBadge status={change.status} /> {from.planName} to {to?.planName ?? 'another plan'}
      {activation.date !== null && `, from ${dateText(activation.date)}`}
      {quote && ENDINGS[change.status] === undefined && `. Due ${moneyText(quote.dueNow)}`}
      {activation.at !== null &&
        change.status === 'scheduled' &&
        `. Starts ${instantText(activation.at, activation.timeZone)}, ${zoneForPeople(activation.timeZone)}`}
      .
    </>
  );
}

import { post } from '../api/request.ts';
import type { PlanChange } from '../api/types.ts';
import { useAction } from '../api/use-action.ts';
import { Button } from '../components/button.tsx';
import { ErrorNotice, Notice } from '../components/notice.tsx';
import { mayCancel } from '../session/rights.ts';

type HoldReason = NonNullable<PlanChange['hold']>['reason'];

const REASONS: Readonly<Record<HoldReason, string>> = {
  price_changed: 'The price of the new plan is no longer the one that was agreed.',
  plan_version_changed: 'The new plan itself has changed since it was agreed.',
  plan_unavailable: 'The new plan is no longer on sale.',
  promotion_unavailable: 'The promotion in the quote no longer runs.',
  current_plan_changed: 'The customer’s current plan is no longer the one of the quote.',
  account_not_active: 'The account is not active.',
  quote_changed: 'An amount of the quote would be another today.',
  activation_late: 'The plan could not be applied in time for the quoted day.',
  plan_not_restored: 'The plan that was taken back could not be restored; operations puts it right first.',
  read_back_mismatch: 'What was read back was not what was agreed; it was taken back.',
};

/** Held: what was agreed no longer holds, so nothing was charged, and the customer is asked again. */
export function Held(props: { readonly change: PlanChange; readonly take: (change: PlanChange) => void }) {
  const { change, take } = props;
  const action = useAction(
    (_: null, key) => post<PlanChange>(`/v1/plan-changes/${change.planChangeId}/requote`, {}, key),
    take,
  );
  const { hold } = change;
  return (
    <>
      <Notice
        tone="warning"
        title={hold ? REASONS[hold.reason] : 'The change waits for a decision.'}
        actions={
          mayCancel() && (
            <Button busy={action.busy} onClick={() => action.run(null)}>
              Make a new quote
            </Button>
          )
        }
      >
        <p>Nothing was charged. Make a new quote, and ask the customer again.</p>
        {hold && Object.keys(hold.details).length > 0 && (
          <dl class="facts">
            {Object.entries(hold.details).map(([name, value]) => (
              <div key={name}>
                <dt>{name}</dt>
                <dd class="amount">{value}</dd>
              </div>
            ))}
          </dl>
        )}
      </Notice>
      <ErrorNotice error={action.error} retry={action.retry} />
    </>
  );
}

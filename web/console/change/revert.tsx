import { post } from '../api/request.ts';
import type { PlanChange } from '../api/types.ts';
import { useAction } from '../api/use-action.ts';
import { goTo } from '../app/location.ts';
import { Button } from '../components/button.tsx';
import { ErrorNotice } from '../components/notice.tsx';
import { Card } from '../components/screen.tsx';
import { identificationFor, identifyFirst } from './customer.ts';

/** Back to the plan before: a change like any other, with its own quote and consent. */
export function Revert(props: { readonly change: PlanChange }) {
  const { change } = props;
  const identificationId = identificationFor(change.customerId);
  const action = useAction(
    (id: string, key) =>
      post<PlanChange>(
        `/v1/plan-changes/${change.planChangeId}/revert`,
        { identificationId: id, activation: { when: 'immediately' } },
        key,
      ),
    ({ planChangeId }) => goTo(`/changes/${planChangeId}`),
  );
  return (
    <Card title="If the customer wants to go back">
      <p>
        A revert to {change.from.planName} is quoted at today’s price and availability; the customer sees the
        difference before agreeing.
      </p>
      <ErrorNotice error={action.error} retry={action.retry} />
      <div class="actions">
        {identificationId === undefined ? (
          <Button look="secondary" onClick={() => identifyFirst()}>
            Identify the customer to revert
          </Button>
        ) : (
          <Button look="secondary" busy={action.busy} onClick={() => action.run(identificationId)}>
            Quote the way back
          </Button>
        )}
      </div>
    </Card>
  );
}

import { useState } from 'preact/hooks';
import { ApiProblem } from '../api/errors.ts';
import { post } from '../api/request.ts';
import type { PlanChange } from '../api/types.ts';
import { useAction } from '../api/use-action.ts';
import { Button } from '../components/button.tsx';
import { Dialog } from '../components/dialog.tsx';
import { TextField } from '../components/field.tsx';
import { ErrorNotice } from '../components/notice.tsx';
import { mayCancel, mayServe } from '../session/rights.ts';

type Ending = 'decline' | 'cancel';

const WORDS = {
  decline: {
    action: 'The customer declines',
    title: 'The customer does not want the change',
    lead: 'The change ends. Nothing is changed and nothing is charged.',
    confirm: 'Record that the customer declines',
  },
  cancel: {
    action: 'Cancel the change',
    title: 'Cancel the change',
    lead: 'The change is withdrawn before it is applied. Nothing is charged.',
    confirm: 'Cancel the change',
  },
} as const;

/** The ways out of an open change, each with a reason for the account notes. */
export function EndActions(props: {
  readonly change: PlanChange;
  readonly take: (change: PlanChange) => void;
}) {
  const [ending, setEnding] = useState<Ending>();
  const { status } = props.change;
  const endings: Ending[] = [
    ...(mayServe() && status === 'awaiting_consent' ? (['decline'] as const) : []),
    ...(mayCancel() ? (['cancel'] as const) : []),
  ];
  return (
    <div class="end-actions">
      {endings.map((name) => (
        <Button key={name} look="quiet" onClick={() => setEnding(name)}>
          {WORDS[name].action}
        </Button>
      ))}
      {ending !== undefined && <EndDialog {...props} ending={ending} onClose={() => setEnding(undefined)} />}
    </div>
  );
}

function EndDialog(props: {
  readonly change: PlanChange;
  readonly ending: Ending;
  readonly take: (change: PlanChange) => void;
  readonly onClose: () => void;
}) {
  const { change, ending, take, onClose } = props;
  const words = WORDS[ending];
  const [reason, setReason] = useState('');
  const action = useAction(
    (body: { readonly reason: string }, key) =>
      post<PlanChange>(`/v1/plan-changes/${change.planChangeId}/${ending}`, body, key),
    (ended) => {
      onClose();
      take(ended);
    },
  );
  const isMissing = action.error instanceof ApiProblem && action.error.at('/reason') !== undefined;
  return (
    <Dialog title={words.title} onClose={onClose}>
      <form
        class="stack"
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          action.run({ reason });
        }}
      >
        <p>{words.lead}</p>
        <TextField
          label="Reason, for the account notes"
          name="reason"
          autoComplete="off"
          maxLength={2_000}
          value={reason}
          onValue={setReason}
          autoFocus
          error={isMissing ? 'Enter a reason.' : undefined}
        />
        {!isMissing && <ErrorNotice error={action.error} retry={action.retry} />}
        <div class="actions">
          <Button look="danger" busy={action.busy}>
            {words.confirm}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}

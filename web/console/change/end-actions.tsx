import { useState } from 'preact/hooks';
import { ApiProblem } from '../api/errors.ts';
import type { PlanChange } from '../api/types.ts';
import { useMessage } from '../api/use-message.ts';
import { Button } from '../components/button.tsx';
import { Dialog } from '../components/dialog.tsx';
import { TextField } from '../components/field.tsx';
import { mayCancel, mayServe } from '../session/rights.ts';
import { MessageError } from './message-error.tsx';

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
  const message = useMessage<{ readonly reason: string }>(change, ending, take);
  const send = (): void => message.run({ reason });
  const isMissing = message.error instanceof ApiProblem && message.error.at('/reason') !== undefined;
  return (
    <Dialog title={words.title} onClose={onClose}>
      <form
        class="stack"
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          send();
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
        {!isMissing && <MessageError message={message} again={send} />}
        <div class="actions">
          <Button look="danger" busy={message.busy}>
            {words.confirm}
          </Button>
          <Button look="secondary" onClick={onClose}>
            Keep it
          </Button>
        </div>
      </form>
    </Dialog>
  );
}

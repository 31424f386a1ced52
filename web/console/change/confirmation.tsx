import { useEffect, useRef, useState } from 'preact/hooks';
import type { PlanChange } from '../api/types.ts';
import { useMessage } from '../api/use-message.ts';
import { Button } from '../components/button.tsx';
import { OneOf } from '../components/choices.tsx';
import { dateText, instantText, isZero, moneyText } from '../components/format.ts';
import { Card } from '../components/screen.tsx';
import { mayServe } from '../session/rights.ts';
import { MessageError } from './message-error.tsx';

type Channel = 'phone' | 'chat' | 'in_person' | 'email';

interface Confirmed {
  readonly explained: readonly string[];
  readonly channel: Channel;
}

/** Step 5: "Inform the customer that the plan change is complete. Explain any immediate changes or interruptions." */
export function Confirmation(props: {
  readonly change: PlanChange;
  readonly take: (change: PlanChange) => void;
}) {
  const { change, take } = props;
  const [channel, setChannel] = useState<Channel>('phone');
  const wasAsked = useRef(false);
  const explained = sentencesOf(change);
  const message = useMessage<Confirmed>(change, 'confirmation', take);
  const send = (): void => {
    wasAsked.current = true;
    message.run({ explained, channel });
  };
  return (
    <Card title="Tell the customer">
      <ul class="tell">
        {explained.map((sentence) => (
          <li key={sentence} class={change.interruptions.includes(sentence) ? 'interruption' : ''}>
            {sentence}
          </li>
        ))}
      </ul>
      {change.confirmedAt !== null ? (
        <Told at={change.confirmedAt} isFocused={wasAsked.current} />
      ) : (
        mayServe() && (
          <form
            class="stack"
            onSubmit={(event) => {
              event.preventDefault();
              send();
            }}
          >
            <OneOf
              legend="How"
              value={channel}
              onValue={setChannel}
              choices={[
                { value: 'phone', label: 'Phone' },
                { value: 'chat', label: 'Chat' },
                { value: 'in_person', label: 'In person' },
                { value: 'email', label: 'Email' },
              ]}
            />
            <MessageError message={message} again={send} />
            <div class="actions">
              <Button busy={message.busy}>I have told the customer all of this</Button>
            </div>
          </form>
        )
      )}
    </Card>
  );
}

/** Where the form was, so the focus that was in it comes here. */
function Told({ at, isFocused }: { readonly at: string; readonly isFocused: boolean }) {
  const words = useRef<HTMLParagraphElement>(null);
  useEffect(() => {
    if (isFocused) words.current?.focus();
  }, [isFocused]);
  return (
    <p class="confirmed" role="status" ref={words} tabIndex={-1}>
      Told on {instantText(at)}. It is in the account notes.
    </p>
  );
}

/** What the customer must hear, as sentences; the same are recorded as said. */
function sentencesOf({ to, quote, interruptions, email }: PlanChange): string[] {
  if (to === null || quote === null) return [...interruptions];
  const { dueNow, toBalance, nextBill } = quote;
  const money = !isZero(dueNow)
    ? `${moneyText(dueNow)} was charged for this cycle, before tax.`
    : isZero(toBalance)
      ? 'Nothing was charged for the change.'
      : `Nothing was charged; ${moneyText(toBalance)} is on your account balance.`;
  return [
    `Your change is complete: ${to.planName} is active, at ${moneyText(to.price)} a ${to.interval}.`,
    money,
    `Your next bill is on ${dateText(nextBill.date)}: ${moneyText(nextBill.amount)}.`,
    ...interruptions,
    summarySentence(email?.status),
  ];
}

/** Nobody is told of a mail that did not come. */
function summarySentence(status: NonNullable<PlanChange['email']>['status'] | undefined): string {
  switch (status) {
    case 'delivered':
      return 'A summary is in your mailbox.';
    case 'bounced':
    case 'dropped':
    case 'given_up':
      return 'The summary did not reach your email address: I have told you everything that is in it.';
    default:
      return 'A summary is on its way to your email.';
  }
}

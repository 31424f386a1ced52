import type { PlanChange } from '../api/types.ts';
import { useMessage } from '../api/use-message.ts';
import { goTo } from '../app/location.ts';
import { Button } from '../components/button.tsx';
import { instantText } from '../components/format.ts';
import { Notice } from '../components/notice.tsx';
import { mayCancel, mayServe } from '../session/rights.ts';
import type { NoBody } from './expired-quote.tsx';
import { HELD_WORDS } from './held-words.ts';
import { MessageError } from './message-error.tsx';

/** Held: what was agreed no longer holds, so nothing was charged, and the customer is asked again. */
export function Held(props: { readonly change: PlanChange; readonly take: (change: PlanChange) => void }) {
  const { change, take } = props;
  const message = useMessage<NoBody>(change, 'requote', take);
  const requote = (): void => message.run({});
  const { hold } = change;
  if (hold === null) return null;
  const { why, todo, way } = HELD_WORDS[hold.reason];
  const details = Object.entries(hold.details);
  return (
    <>
      <Notice
        tone="warning"
        title={why}
        actions={
          way === 'other_plan'
            ? mayServe() && (
                <Button onClick={() => goTo(`/options?replaces=${change.planChangeId}`)}>
                  Choose another plan
                </Button>
              )
            : mayCancel() && (
                <Button
                  look={way === 'later' ? 'secondary' : 'primary'}
                  busy={message.busy}
                  onClick={requote}
                >
                  Make a new quote
                </Button>
              )
        }
      >
        <p>Nothing was charged. {todo}</p>
        <p>Without a decision the change ends by itself on {instantText(hold.endsAt)}.</p>
        {details.length > 0 && (
          <dl class="facts">
            {details.map(([name, value]) => (
              <div key={name}>
                <dt>{name === 'causes' ? 'What was found' : name}</dt>
                <dd class="amount">{value}</dd>
              </div>
            ))}
          </dl>
        )}
      </Notice>
      <MessageError message={message} again={requote} />
    </>
  );
}

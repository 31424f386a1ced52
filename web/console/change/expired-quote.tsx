import type { Message } from '../api/use-message.ts';
import { Button } from '../components/button.tsx';
import { Notice } from '../components/notice.tsx';
import { mayServe } from '../session/rights.ts';
import { MessageError } from './message-error.tsx';

/** The body of a request for a new quote. */
export type NoBody = Readonly<Record<string, never>>;

/** Nobody can agree to a quote that is over. */
export function ExpiredQuote({ requote }: { readonly requote: Message<NoBody> }) {
  return (
    <>
      <Notice
        tone="warning"
        title="This quote has expired"
        actions={
          mayServe() && (
            <Button busy={requote.busy} onClick={() => requote.run({})}>
              Make a new quote
            </Button>
          )
        }
      >
        <p>Prices and days may differ in a new one. Nothing was changed or charged.</p>
      </Notice>
      <MessageError message={requote} again={() => requote.run({})} />
    </>
  );
}

import { useMessage } from '../api/use-message.ts';
import { Button } from '../components/button.tsx';
import { instantText } from '../components/format.ts';
import { Notice } from '../components/notice.tsx';
import type { ConsentForm } from './consent-form.ts';
import { LINK_WORDS, linkMailOf } from './consent-link-mail.ts';
import { customer } from './customer.ts';
import type { NoBody } from './expired-quote.tsx';
import { MessageError } from './message-error.tsx';

/** Consent by a single-use link in a mail; the change goes on by itself when the customer has answered. */
export function ConsentLink({ change, quote, isBehind, pointToNew, take }: ConsentForm) {
  const message = useMessage<NoBody>(change, 'consent-link', take, quote.hash);
  const send = (): void => (isBehind ? pointToNew() : message.run({}));
  const mail = linkMailOf(change, quote);
  const known = customer.value?.customer;
  const email = known?.customerId === change.customerId ? known.email : undefined;
  return (
    <div class="stack consent-form">
      {mail === undefined ? (
        <p>
          The customer gets a mail{email === undefined ? '' : ` at ${email}`} with a link to this quote, valid
          once and as long as the quote. The change is applied when the customer agrees there.
        </p>
      ) : (
        <LinkState {...mail} />
      )}
      <MessageError message={message} again={send} />
      <div class="actions">
        <Button
          look={mail === undefined ? 'primary' : 'secondary'}
          busy={message.busy}
          looksDisabled={isBehind}
          onClick={send}
        >
          {mail === undefined ? 'Send the link' : 'Send another link'}
        </Button>
      </div>
    </div>
  );
}

function LinkState(mail: NonNullable<ReturnType<typeof linkMailOf>>) {
  const { title, todo, tone } = LINK_WORDS[mail.status];
  return (
    <Notice tone={tone} title={`${title}.`}>
      <p>{todo}</p>
      <p class="small">Asked for on {instantText(mail.createdAt)}</p>
    </Notice>
  );
}

import { post } from '../api/request.ts';
import { useAction } from '../api/use-action.ts';
import { Button } from '../components/button.tsx';
import { Notice } from '../components/notice.tsx';
import { ConsentError } from './consent-error.tsx';
import type { ConsentForm } from './consent-form.ts';
import { customer } from './customer.ts';
import { linkedQuotes } from './drafts.ts';

/** Consent by a single-use link in a mail; the change goes on by itself when the customer has answered. */
export function ConsentLink({ change, quote }: ConsentForm) {
  const action = useAction(
    (hash: string, key) =>
      post<{ readonly status: string }>(`/v1/plan-changes/${change.planChangeId}/consent-link`, {}, key).then(
        () => hash,
      ),
    (hash) => {
      linkedQuotes.value = new Set([...linkedQuotes.value, hash]);
    },
  );
  const isSent = linkedQuotes.value.has(quote.hash);
  const email = customer.value?.customer.email;
  return (
    <div class="stack consent-form">
      {isSent ? (
        <Notice tone="good" title="The link is on its way">
          <p>
            Waiting for the customer to agree or decline. This page goes on by itself then; you may also leave
            it and come back to its address.
          </p>
        </Notice>
      ) : (
        <p>
          The customer gets a mail{email === undefined ? '' : ` at ${email}`} with a link to this quote, valid
          once and as long as the quote. The change is applied when the customer agrees there.
        </p>
      )}
      <ConsentError error={action.error} retry={action.retry} change={change} />
      <div class="actions">
        <Button
          look={isSent ? 'secondary' : 'primary'}
          busy={action.busy}
          onClick={() => action.run(quote.hash)}
        >
          {isSent ? 'Send another link' : 'Send the link'}
        </Button>
      </div>
    </div>
  );
}

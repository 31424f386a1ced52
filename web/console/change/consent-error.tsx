import { hasCode } from '../api/errors.ts';
import { goTo } from '../app/location.ts';
import { Button } from '../components/button.tsx';
import { Notice } from '../components/notice.tsx';
import type { ConsentForm } from './consent-form.ts';
import { MessageError } from './message-error.tsx';

/** What went wrong with consent. That its quote is over or void is said once, above the words. */
export function ConsentError(props: { readonly form: ConsentForm; readonly again: () => void }) {
  const { change, consent, isBehind } = props.form;
  const { error } = consent;
  if (hasCode(error, 'quote-expired')) return null;
  if (hasCode(error, 'quote-superseded')) {
    if (isBehind) return null;
    return (
      <Notice
        tone="bad"
        title={error.problem.title}
        actions={
          <Button look="secondary" onClick={() => goTo(`/changes/${change.planChangeId}`)}>
            Go to the quote
          </Button>
        }
      >
        <p>{error.problem.detail}</p>
      </Notice>
    );
  }
  return <MessageError message={consent} again={props.again} />;
}

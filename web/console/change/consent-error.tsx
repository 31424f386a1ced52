import { hasCode } from '../api/errors.ts';
import type { PlanChange } from '../api/types.ts';
import { goTo } from '../app/location.ts';
import { Button } from '../components/button.tsx';
import { ErrorNotice, Notice } from '../components/notice.tsx';

/** What went wrong with consent, and the way back to a quote that can be agreed to. */
export function ConsentError(props: {
  readonly error: unknown;
  readonly retry: () => void;
  readonly change: PlanChange;
}) {
  const { error, retry, change } = props;
  if (hasCode(error, 'quote-expired') || hasCode(error, 'quote-superseded')) {
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
  return <ErrorNotice error={error} retry={retry} />;
}

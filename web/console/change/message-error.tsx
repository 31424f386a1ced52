import { ApiProblem } from '../api/errors.ts';
import type { Message } from '../api/use-message.ts';
import { Button } from '../components/button.tsx';
import { ErrorNotice, Notice } from '../components/notice.tsx';

/** What went wrong with what was told to a change. After a lost answer it is the agent's to send it again. */
export function MessageError(props: {
  readonly message: Pick<Message<object>, 'error' | 'busy' | 'isLost' | 'unreadable'>;
  /** Sends what stands on the screen now. */
  readonly again: () => void;
}) {
  const { error, busy, isLost, unreadable } = props.message;
  if (unreadable !== undefined) return <ErrorNotice error={unreadable} />;
  if (!isLost) return <ErrorNotice error={error} />;
  const title = error instanceof ApiProblem ? error.problem.title : 'No answer came';
  if (busy) {
    return (
      <Notice tone="bad" title={title}>
        <p>
          Whether it is recorded is not known. What you typed is kept, and nothing is sent again by itself:
          the server is asked first.
        </p>
      </Notice>
    );
  }
  return (
    <Notice
      tone="bad"
      title={`${title}, and it is not done so far`}
      actions={
        <Button look="secondary" onClick={props.again}>
          Send it again
        </Button>
      }
    >
      <p>The server was asked. Check what stands here, then send it again: nothing is done twice.</p>
    </Notice>
  );
}

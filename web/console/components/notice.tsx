import type { ComponentChildren } from 'preact';
import { ApiProblem, ConnectionLost, StillBeingDone } from '../api/errors.ts';
import { Button } from './button.tsx';

/** Something to know now. What went wrong is told at once, the rest when there is a pause. */
export function Notice(props: {
  readonly tone?: 'info' | 'good' | 'warning' | 'bad';
  readonly title?: string;
  readonly children?: ComponentChildren;
  readonly actions?: ComponentChildren;
}) {
  const { tone = 'info' } = props;
  return (
    <div class={`notice ${tone}`} role={tone === 'bad' ? 'alert' : 'status'}>
      {props.title !== undefined && <p class="notice-title">{props.title}</p>}
      {props.children}
      {props.actions !== undefined && <div class="notice-actions">{props.actions}</div>}
    </div>
  );
}

/** An error with its next step. Nothing for none. */
export function ErrorNotice(props: { readonly error: unknown; readonly retry?: () => void }) {
  const { error, retry } = props;
  if (error === undefined || error === null) return null;
  const again = retry && (
    <Button look="secondary" onClick={retry}>
      Try again
    </Button>
  );
  if (error instanceof ConnectionLost) {
    return (
      <Notice tone="bad" title="No connection to the server" actions={again}>
        <p>What you typed is kept. Trying again is safe: nothing happens twice.</p>
      </Notice>
    );
  }
  if (error instanceof StillBeingDone) {
    return (
      <Notice tone="warning" title="It is still being done">
        <p>The server has accepted it, so it is not lost. The page goes on by itself when it is done.</p>
      </Notice>
    );
  }
  if (!(error instanceof ApiProblem)) {
    return (
      <Notice tone="bad" title="Something went wrong on this page" actions={again}>
        <p>Reload the page; if it stays, tell operations.</p>
      </Notice>
    );
  }
  const { title, detail, status, requestId, errors } = error.problem;
  return (
    <Notice tone="bad" title={title} actions={status >= 500 || status === 429 ? again : undefined}>
      <p>{detail}</p>
      {errors && errors.length > 0 && (
        <ul>
          {errors.map(({ pointer, detail: wrong }) => (
            <li key={pointer}>
              <code>{pointer}</code> {wrong}
            </li>
          ))}
        </ul>
      )}
      {status >= 500 && requestId !== '' && (
        <p class="small">
          Request <code>{requestId}</code>
        </p>
      )}
    </Notice>
  );
}

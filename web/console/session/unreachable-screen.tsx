import { useEffect } from 'preact/hooks';
import { ApiProblem } from '../api/errors.ts';
import { Button } from '../components/button.tsx';
import { Mark } from '../components/mark.tsx';
import { findSession, sessionError } from './session.ts';

const AGAIN_MS = 5_000;

/** Before it is known who is signed in: while the server is asked, and when it does not answer. */
export function UnreachableScreen() {
  const error = sessionError.value;
  const isAsked = error === undefined;
  useEffect(() => {
    if (isAsked) return;
    document.title = 'No connection · Plan change';
    const again = (): void => void findSession(true);
    const timer = window.setInterval(again, AGAIN_MS);
    window.addEventListener('online', again);
    return () => {
      window.clearInterval(timer);
      window.removeEventListener('online', again);
    };
  }, [isAsked]);
  if (isAsked) return null;
  return (
    <main class="sign-in-page">
      <div class="card sign-in stack">
        <p class="brand">
          <Mark />
          Plan change
        </p>
        <h1>The server cannot be reached</h1>
        <p role="status">
          {error instanceof ApiProblem ? error.message : 'Check the network connection.'} The console goes on
          by itself when there is an answer; whoever was signed in still is.
        </p>
        <Button onClick={() => void findSession()}>Try again</Button>
      </div>
    </main>
  );
}

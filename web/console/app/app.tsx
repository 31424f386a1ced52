import { useEffect } from 'preact/hooks';
import { findSession } from '../session/session.ts';
import { isSignInNeeded, session } from '../session/sign-in-gate.ts';
import { SignInAgain, SignInScreen } from '../session/sign-in-screen.tsx';
import { UnreachableScreen } from '../session/unreachable-screen.tsx';
import { place } from './location.ts';
import { screenAt } from './routes.tsx';
import { Shell } from './shell.tsx';

/** The console: the sign-in, or a screen within the shell. */
export function App() {
  useEffect(() => {
    void findSession();
  }, []);
  const who = session.value;
  if (who === undefined) return <UnreachableScreen />;
  if (who === null) return <SignInScreen />;
  return (
    <>
      <Shell session={who} path={place.value.path}>
        {screenAt(place.value.path)}
      </Shell>
      {isSignInNeeded.value && <SignInAgain name={who.name} />}
    </>
  );
}

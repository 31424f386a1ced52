import type { ComponentChildren } from 'preact';
import type { Session } from '../api/types.ts';
import { useAction } from '../api/use-action.ts';
import { Button } from '../components/button.tsx';
import { Mark } from '../components/mark.tsx';
import { Notice } from '../components/notice.tsx';
import { signOut } from '../session/session.ts';
import { Link } from './link.tsx';
import { navigation } from './routes.tsx';

/** What is around every screen: navigation, who is signed in, and the way out. */
export function Shell(props: {
  readonly session: Session;
  readonly path: string;
  readonly children: ComponentChildren;
}) {
  const leaving = useAction(
    () => signOut(),
    () => undefined,
  );
  return (
    <>
      <a class="skip-link" href="#main">
        Skip to the content
      </a>
      <header class="top-bar">
        <div class="top-bar-inner">
          <Link to="/" class="brand">
            <Mark />
            Plan change
          </Link>
          <nav aria-label="Main" class="top-nav">
            {navigation().map(({ to, label, covers }) => (
              <Link key={to} to={to} current={covers.test(props.path)}>
                {label}
              </Link>
            ))}
          </nav>
          <div class="who">
            <span class="who-name">{props.session.name}</span>
            <span class="badge">{props.session.role}</span>
            <Button look="quiet" small busy={leaving.busy} onClick={() => leaving.run(null)}>
              Sign out
            </Button>
          </div>
        </div>
      </header>
      <main id="main" class="page" tabIndex={-1}>
        {leaving.error !== undefined && (
          <div class="page-notice">
            <Notice
              tone="bad"
              title="You are still signed in"
              actions={
                <Button look="secondary" onClick={leaving.retry}>
                  Sign out again
                </Button>
              }
            >
              <p>The server did not confirm the sign-out. Do not leave this browser before it has.</p>
            </Notice>
          </div>
        )}
        {props.children}
      </main>
    </>
  );
}

import { useEffect, useState } from 'preact/hooks';
import { hasCode } from '../api/errors.ts';
import { useAction } from '../api/use-action.ts';
import { Button } from '../components/button.tsx';
import { useModal } from '../components/dialog.tsx';
import { TextField } from '../components/field.tsx';
import { Mark } from '../components/mark.tsx';
import { ErrorNotice } from '../components/notice.tsx';
import { signIn } from './session.ts';

/** The way in: an agent's API key, exchanged for a session. */
export function SignInScreen() {
  useEffect(() => {
    document.title = 'Sign in · Plan change';
  }, []);
  return (
    <main class="sign-in-page">
      <div class="card sign-in">
        <p class="brand">
          <Mark />
          Plan change
        </p>
        <h1>Sign in</h1>
        <SignInForm />
      </div>
    </main>
  );
}

/** Over the screen of somebody whose session has ended: nothing that was typed is lost. */
export function SignInAgain(props: { readonly name: string }) {
  // Escape, pressed twice, closes any dialog: this one comes back.
  const dialog = useModal((element) => element.showModal());
  return (
    <dialog {...dialog} class="dialog" aria-labelledby="sign-in-again" onCancel={preventDefault}>
      <h2 id="sign-in-again">Your session has ended</h2>
      <p>
        Sign in as <strong>{props.name}</strong> to go on. Everything on the screen is kept.
      </p>
      <SignInForm />
    </dialog>
  );
}

function preventDefault(event: Event): void {
  event.preventDefault();
}

function SignInForm() {
  const [key, setKey] = useState('');
  const action = useAction(
    (value: string) => signIn(value),
    () => undefined,
  );
  const isWrong = hasCode(action.error, 'unauthenticated');
  return (
    <form
      class="stack"
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        action.run(key.trim());
      }}
    >
      <TextField
        label="API key"
        name="key"
        type="password"
        autoComplete="off"
        hint="It starts with pc_. Operations gives it to you."
        value={key}
        onValue={setKey}
        autoFocus
        error={
          isWrong
            ? 'This key is not valid. Check that it is whole, or ask operations for a new one.'
            : key === '' && action.error !== undefined
              ? 'Enter your API key.'
              : undefined
        }
      />
      {!isWrong && <ErrorNotice error={action.error} retry={action.retry} />}
      <Button busy={action.busy} wide>
        Sign in
      </Button>
    </form>
  );
}

import { signal } from '@preact/signals';
import type { Session } from '../api/types.ts';

/** Who is signed in; null: nobody, undefined: not known yet. */
export const session = signal<Session | null | undefined>(undefined);

/** Whether the session has ended while somebody works: the screen stays, under a request to sign in again. */
export const isSignInNeeded = signal(false);

let waiting: { promise: Promise<void>; resolve: () => void } | undefined;

/** Asks to sign in again and resolves when that is done: every request that waits goes on where it was. */
export function signInAgain(): Promise<void> {
  if (waiting === undefined) {
    let resolve = (): void => undefined;
    const promise = new Promise<void>((done) => {
      resolve = done;
    });
    waiting = { promise, resolve };
    isSignInNeeded.value = true;
  }
  return waiting.promise;
}

export function signedInAgain(): void {
  isSignInNeeded.value = false;
  waiting?.resolve();
  waiting = undefined;
}

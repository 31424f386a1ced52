import { fetchOnce, read } from '../api/request.ts';
import { ConnectionLost } from '../api/errors.ts';
import type { Session } from '../api/types.ts';
import { forgetCustomer } from '../change/customer.ts';
import { isSignInNeeded, session, signedInAgain } from './sign-in-gate.ts';

const PATH = '/v1/session';
/** Tells that there may be a session, so that nobody is asked in vain; the session itself scripts cannot see. */
const HINT = 'plan-change.signed-in';

/** Finds out who is signed in, at the start. */
export async function findSession(): Promise<void> {
  if (localStorage.getItem(HINT) === null) {
    session.value = null;
    return;
  }
  const response = await fetchOnce(PATH, { headers: { accept: 'application/json' } });
  session.value = response?.ok === true ? await read<Session>(response) : null;
}

/** Signs in with an agent's API key. Throws ApiProblem or ConnectionLost. */
export async function signIn(key: string): Promise<void> {
  const response = await fetchOnce(PATH, {
    method: 'POST',
    headers: { 'content-type': 'application/json', accept: 'application/json' },
    body: JSON.stringify({ key }),
  });
  if (response === undefined) throw new ConnectionLost();
  const opened = await read<Session>(response);
  localStorage.setItem(HINT, '1');
  const before = session.value;
  if (before && before.agentId !== opened.agentId) {
    // Somebody else: what was on the screen is not theirs.
    forgetCustomer();
    location.assign('/console');
    return;
  }
  session.value = opened;
  signedInAgain();
}

export async function signOut(): Promise<void> {
  await fetchOnce(PATH, { method: 'DELETE', headers: { 'x-requested-by': 'console' } });
  localStorage.removeItem(HINT);
  forgetCustomer();
  isSignInNeeded.value = false;
  // A fresh page holds nothing of the customer in memory.
  location.assign('/console');
}

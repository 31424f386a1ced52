import { signal } from '@preact/signals';
import { fetchOnce, read } from '../api/request.ts';
import { ConnectionLost } from '../api/errors.ts';
import type { Session } from '../api/types.ts';
import { forgetCustomer, readCustomer } from '../change/customer.ts';
import { isSignInNeeded, session, signedInAgain } from './sign-in-gate.ts';

const PATH = '/v1/session';

/** Why it is not known who is signed in: the server could not be asked. */
export const sessionError = signal<unknown>(undefined);

/** The tabs of one browser share a cookie. They tell each other who is signed in: an agent's id, or null. */
const tabs = new BroadcastChannel('plan-change.session');
tabs.onmessage = ({ data }: MessageEvent<string | null>) => {
  const here = session.value;
  if (here && here.agentId !== data) startAfresh();
  else if (here) signedInAgain();
  else if (data !== null) void findSession();
};

/** Finds out who is signed in. Without an answer that stays open, and `sessionError` says why. */
export async function findSession(isByItself = false): Promise<void> {
  const response = await fetchOnce(PATH, {
    headers: { accept: 'application/json', ...(isByItself && { 'x-by-itself': 'poll' }) },
  });
  try {
    if (response === undefined) throw new ConnectionLost();
    enter(response.status === 204 ? null : await read<Session>(response));
  } catch (error) {
    sessionError.value = error;
  }
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
  tabs.postMessage(opened.agentId);
  const before = session.value;
  // Somebody else: what was on the screen is not theirs.
  if (before && before.agentId !== opened.agentId) startAfresh();
  else enter(opened);
}

/** Throws unless the server has said that the session is over: until then whoever sits down here is the agent. */
export async function signOut(): Promise<void> {
  const response = await fetchOnce(PATH, { method: 'DELETE', headers: { 'x-requested-by': 'console' } });
  if (response?.status !== 204) {
    if (response !== undefined) await read<never>(response);
    throw new ConnectionLost();
  }
  tabs.postMessage(null);
  startAfresh();
}

function enter(who: Session | null): void {
  sessionError.value = undefined;
  session.value = who;
  if (who === null) return;
  signedInAgain();
  void readCustomer();
}

/** A fresh page holds nothing of the customer in memory. */
function startAfresh(): void {
  forgetCustomer();
  isSignInNeeded.value = false;
  location.assign('/console');
}

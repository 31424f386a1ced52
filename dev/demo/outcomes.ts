import type { Mail } from '../sendgrid-double/mail-store.ts';
import { pollUntil } from '../stack/poll.ts';
import type { Answer, ApiClient, PlanChange } from './api-client.ts';
import { DemoError } from './demo-error.ts';

const WITHIN_MS = 60_000;
const EVERY_MS = 200;

/**
 * The change that an answer tells of. After 202 it is accepted and durable but not there yet: it is asked for
 * until `isThere`.
 * @throws DemoError when that takes more than a minute
 */
export async function settled(
  api: ApiClient,
  { status, body }: Answer<PlanChange>,
  isThere: (change: PlanChange) => boolean,
): Promise<PlanChange> {
  return status === 202 ? awaitChange(api, body.planChangeId, isThere) : body;
}

/** Asks for the change until `isThere`. @throws DemoError when that takes more than a minute */
export async function awaitChange(
  api: ApiClient,
  planChangeId: string,
  isThere: (change: PlanChange) => boolean,
): Promise<PlanChange> {
  let { body: change } = await api.planChange(planChangeId);
  const probe = async (): Promise<boolean> => {
    ({ body: change } = await api.planChange(planChangeId));
    return isThere(change);
  };
  if (isThere(change) || (await pollUntil(probe, { within: WITHIN_MS, every: EVERY_MS }))) return change;
  throw new DemoError(
    `The change ${planChangeId} is ${change.status} after ${WITHIN_MS / 1_000} s; the logs of worker and API say why.`,
  );
}

/** The mails in the outbox that name the change, newest first. @throws DemoError when the outbox does not answer */
export async function findMails(outbox: string, planChangeId: string): Promise<readonly Mail[]> {
  const answer = await fetch(`${outbox}/messages`, { signal: AbortSignal.timeout(10_000) }).catch(
    (error: unknown) => {
      throw new DemoError(`The outbox at ${outbox} does not answer.`, { cause: error });
    },
  );
  const mails = (await answer.json()) as Mail[];
  return mails.filter(({ text }) => text.includes(planChangeId));
}

/** The newest of them; undefined: mails go to SendGrid itself. */
export async function findMail(outbox: string, planChangeId: string): Promise<Mail | undefined> {
  return (await findMails(outbox, planChangeId))[0];
}

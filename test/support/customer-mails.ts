import assert from 'node:assert/strict';
import type { OutgoingMail } from '../../activities/ports.ts';
import { acceptedPlanChange } from '../../api/schemas/plan-changes.ts';
import { createTemplates } from '../../emails/templates.ts';
import type { Api, ApiAnswer, ApiRig, Caller } from './api-rig.ts';
import { eventually } from './eventually.ts';

/** The product's own templates, for a rig whose mails a test reads. */
export const PRODUCT_TEMPLATES = createTemplates({
  name: 'QuickConnect',
  phone: '+1 800 555 0100',
  publicUrl: 'http://api.test',
  supportEmail: 'service@company.example',
});

interface SentMail extends OutgoingMail {
  readonly kind: string;
}

/** What has left for the customer of a change, oldest first. */
export async function mailsAbout(api: ApiRig, planChangeId: string): Promise<SentMail[]> {
  const kinds = await api.rig
    .knex('email_outbox')
    .where({ plan_change_id: planChangeId })
    .select<{ id: string; kind: string }[]>('id', 'kind');
  return api.rig.mails.flatMap((mail) => {
    const row = kinds.find(({ id }) => id === mail.outboxId);
    return row ? [{ ...mail, kind: row.kind }] : [];
  });
}

/** Waits until so many mails of a kind have left for a change, and returns them. */
export function mailsOfKind(
  api: ApiRig,
  planChangeId: string,
  kind: string,
  atLeast = 1,
): Promise<readonly SentMail[]> {
  return eventually(
    async () => {
      const mails = (await mailsAbout(api, planChangeId)).filter((mail) => mail.kind === kind);
      return mails.length >= atLeast ? mails : undefined;
    },
    { what: `${atLeast} ${kind} mails` },
  );
}

/** The path of the consent link in a mail; it must stand there alike in text and HTML. */
export function linkIn(mail: OutgoingMail | undefined): string {
  const [, path = ''] = /http:\/\/api\.test(\/consent\/[\w-]{43})\s/.exec(mail?.text ?? '') ?? [];
  assert.ok(
    path !== '' && mail?.html.includes(`"http://api.test${path}"`),
    `no link in ${mail?.text ?? 'no mail'}`,
  );
  return path;
}

/** An agent asks for written consent; returns the path of the link that the customer got. */
export async function askForConsent(
  api: ApiRig,
  planChangeId: string,
  as: Caller = 'agent',
): Promise<string> {
  const before = (await mailsAbout(api, planChangeId)).filter(
    ({ kind }) => kind === 'consent_request',
  ).length;
  const answer = await api.post(`/v1/plan-changes/${planChangeId}/consent-link`, {}, { as });
  assert.equal(answer.status, 202, answer.text);
  answer.read(acceptedPlanChange);
  const mails = await mailsOfKind(api, planChangeId, 'consent_request', before + 1);
  return linkIn(mails.at(-1));
}

/** The customer at their browser, or a program of theirs: no key, only the link. */
export interface Customer {
  look(init?: RequestInit): Promise<ApiAnswer>;
  submit(
    fields: Readonly<Record<string, string>>,
    headers?: Readonly<Record<string, string>>,
  ): Promise<ApiAnswer>;
  send(body: unknown): Promise<ApiAnswer>;
}

export function customerAt(api: Api, path: string): Customer {
  return {
    look: (init = {}) => api.call(path, { headers: BROWSER, ...init }),
    submit: (fields, headers = {}) =>
      api.call(path, {
        method: 'POST',
        headers: { ...BROWSER, ...headers },
        body: new URLSearchParams(fields),
      }),
    send: (body) =>
      api.call(path, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: typeof body === 'string' ? body : JSON.stringify(body),
      }),
  };
}

const BROWSER = { accept: 'text/html,application/xhtml+xml;q=0.9,*/*;q=0.8' };

/** What the customer of an account types to agree. */
export function agreementOf(account: { readonly fullName: string; readonly accountNumber: string }) {
  return {
    decision: 'accept',
    typedName: account.fullName,
    accountNumberLast4: account.accountNumber.slice(-4),
  } as const;
}

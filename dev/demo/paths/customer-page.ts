import type { Mail } from '../../sendgrid-double/mail-store.ts';
import { pollUntil } from '../../stack/poll.ts';
import type { PlanChange } from '../api-client.ts';
import { DemoError } from '../demo-error.ts';
import { findMails } from '../outcomes.ts';
import type { Stage } from './path.ts';

const MAIL_WITHIN_MS = 30_000;
const CONSENT_LINK = /\/consent\/[A-Za-z0-9_-]{43}/;
const HEADLINE = /<h1[^>]*>(.+?)<\/h1>/;
const CONFIRM = /name="confirm" value="([^"]+)"/;
const SHOWN_OF_A_LINK = 15;

/** The customer's side of a consent link: open the mail, look at the page, send its forms. */
export interface CustomerPage {
  /** Agrees as a browser would. */
  agree(): Promise<void>;
  decline(reason: string): Promise<void>;
}

/**
 * Has the link mailed, finds it in the outbox and looks at the page.
 * @throws DemoError when no mail comes, or the page does not show the quote
 */
export async function openCustomerPage(stage: Stage, { planChangeId }: PlanChange): Promise<CustomerPage> {
  const { api, system, tell, account } = stage;
  tell.answer(await api.sendConsentLink(planChangeId), 'The mail with the link is on its way.');
  const { mail, page } = await awaitLink(system.outbox, planChangeId);
  tell.say(`In the outbox: "${mail.subject}", ${system.outbox}/#${mail.id}`);
  const shown = await visit(page);
  if (!shown.includes('<form')) throw new DemoError('The page of the link does not ask for a decision.');

  const send = async (form: Record<string, string>): Promise<void> => {
    await visit(page, form);
  };
  return {
    agree: () => {
      const { fullName, accountNumber } = account.customer;
      return send({ decision: 'accept', typedName: fullName, accountNumberLast4: accountNumber.slice(-4) });
    },
    async decline(reason) {
      const asked = await visit(page, { decision: 'decline', reason });
      const confirm = CONFIRM.exec(asked)?.[1];
      if (confirm === undefined) throw new DemoError('The page does not ask once more before it declines.');
      await send({ decision: 'decline', reason, confirm });
    },
  };

  /** GET, or POST of a form. */
  async function visit(path: string, form?: Record<string, string>): Promise<string> {
    const method = form ? 'POST' : 'GET';
    // Of the link only the path: the public origin of an installation may be one that leads elsewhere from here.
    const answer = await fetch(`${system.api}${path}`, {
      method,
      headers: { accept: 'text/html' },
      ...(form && { body: new URLSearchParams(form) }),
      signal: AbortSignal.timeout(30_000),
    });
    const html = await answer.text();
    const headline = HEADLINE.exec(html)?.[1]?.replaceAll(/<[^>]+>/g, '') ?? 'a page';
    // Who has the link has the customer's say: it is not shown whole.
    const shortPath = `${path.slice(0, SHOWN_OF_A_LINK)}…`;
    if (!answer.ok) throw new DemoError(`${method} ${shortPath} answered ${answer.status}: ${headline}.`);
    tell.answer({ method, path: shortPath, sent: form, status: answer.status, body: html }, `"${headline}"`);
    return html;
  }
}

/** The mail with the link of a change, and the path of the page. @throws DemoError when none comes to the outbox */
export async function awaitLink(
  outbox: string,
  planChangeId: string,
): Promise<{ readonly mail: Mail; readonly page: string }> {
  let found: { readonly mail: Mail; readonly page: string } | undefined;
  const probe = async (): Promise<boolean> => {
    for (const mail of await findMails(outbox, planChangeId)) {
      const page = CONSENT_LINK.exec(mail.text)?.[0];
      if (page !== undefined) found = { mail, page };
    }
    return found !== undefined;
  };
  await pollUntil(probe, { within: MAIL_WITHIN_MS, every: 200 });
  if (!found) {
    throw new DemoError(
      `No mail with a link came to the outbox within ${MAIL_WITHIN_MS / 1_000} s: mails go to SendGrid itself, or the log of the worker says why.`,
    );
  }
  return found;
}

import { fileURLToPath } from 'node:url';
import { Eta } from 'eta';
import express, { type Router } from 'express';
import type { MailStore } from './mail-store.ts';

const views = fileURLToPath(new URL('.', import.meta.url));
/** No script, nothing from elsewhere; the mail itself may bring its own inline styles. */
const PAGE_POLICY =
  "default-src 'none'; style-src 'self'; frame-src 'self'; base-uri 'none'; form-action 'none'";
const MAIL_POLICY =
  "sandbox allow-popups allow-popups-to-escape-sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src data:";
const PAGE_SIZE = 50;

/** The outbox for people: the newest mails as text and as HTML, the latter in a frame that runs no script. */
export function outboxPage(store: MailStore): Router {
  const eta = new Eta({ views, autoEscape: true, cache: true });
  const router = express.Router();
  router.get('/', (_request, response) => {
    const mails = store.all();
    response
      .set('Content-Security-Policy', PAGE_POLICY)
      .type('html')
      .send(eta.render('./outbox-page', { total: mails.length, mails: mails.slice(0, PAGE_SIZE) }));
  });
  router.get('/outbox.css', (_request, response) => {
    response.sendFile('outbox.css', { root: views });
  });
  router.get('/messages/:id/html', (request, response) => {
    const mail = store.find(request.params.id);
    if (!mail) {
      response.status(404).type('text').send('No such mail.');
      return;
    }
    response.set('Content-Security-Policy', MAIL_POLICY).type('html').send(withLinksInTabs(mail.html));
  });
  return router;
}

/** Links of the mail open in a tab of their own, not in the frame. */
function withLinksInTabs(html: string): string {
  const base = '<base target="_blank">';
  const head = /<head(\s[^>]*)?>/i;
  return head.test(html) ? html.replace(head, (tag) => tag + base) : base + html;
}

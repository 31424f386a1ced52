import { createHash } from 'node:crypto';
import { awaitChange, settled } from '../outcomes.ts';
import { openCustomerPage } from './customer-page.ts';
import { applied, completed, hasConsent, openChange, quoteOf, requireStatus } from './moves.ts';
import type { Path } from './path.ts';

/** How the customer says yes in writing, or no. */
export const CONSENT_PATHS: readonly Path[] = [
  {
    title: 'Agreed in a signed document',
    async play(stage) {
      const { api, tell, account } = stage;
      const asked = await openChange(stage);
      const { hash, script } = quoteOf(asked);
      const answer = await api.consent(asked.planChangeId, {
        method: 'written',
        quoteHash: hash,
        document: { name: 'agreement.txt', sha256: createHash('sha256').update(script.text).digest('hex') },
        signedBy: account.customer.fullName,
        signedAt: new Date().toISOString(),
      });
      const change = await settled(api, answer, hasConsent);
      tell.answer(answer, `The document is recorded by its SHA-256: the change is ${change.status}.`);
      return applied(await completed(stage, change));
    },
  },
  {
    title: 'Agreed by the link in a mail',
    async play(stage) {
      const asked = await openChange(stage);
      const page = await openCustomerPage(stage, asked);
      await page.agree();
      const change = await awaitChange(stage.api, asked.planChangeId, hasConsent);
      return applied(await completed(stage, change));
    },
  },
  {
    title: 'Declined by the link in a mail',
    async play(stage) {
      const asked = await openChange(stage);
      const page = await openCustomerPage(stage, asked);
      await page.decline('Too dear at the moment');
      requireStatus(await awaitChange(stage.api, asked.planChangeId, hasConsent), 'declined');
      return 'Declined, nothing charged';
    },
  },
];

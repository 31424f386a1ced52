import { canonicalJson } from '../../domain/canonical-json.ts';
import { isFirstFormat } from '../first-format.ts';
import { counted, problemsOf, type Check } from './check.ts';

/** A customer answers by a link that a mail of this change brought, for a quote that it was made for. */
export const links: Check = {
  title: 'Links: each left with a mail of this change, for one of its quotes',
  run: ({ payload: { links: sent, mails, quotes, consents, format } }) => {
    // The first format has only those that a consent came by.
    if (isFirstFormat(format)) return { looked: '', problems: [] };
    const strange = consents.filter(({ quoteHash, evidence: { link } }) => {
      const found = link && sent.find(({ linkId }) => linkId === link.linkId);
      return link && (!found || canonicalJson(found) !== canonicalJson({ ...link, quoteHash }));
    });
    return {
      looked: counted(sent.length, 'link'),
      problems: [
        ...sent.flatMap(({ linkId, mailId, quoteHash, expiresAt }) => {
          const quote = quotes.find(({ hash }) => hash === quoteHash);
          return problemsOf(
            [!mails.some((mail) => mail.mailId === mailId), `link ${linkId} left with no mail of this file`],
            [!quote, `link ${linkId} is for no quote of this file`],
            [
              quote !== undefined && Date.parse(quote.expiresAt) !== Date.parse(expiresAt),
              `link ${linkId} did not end with its quote`,
            ],
          );
        }),
        ...strange.map(
          ({ quoteRevision }) =>
            `the link of the consent to quote ${quoteRevision} is not among those that left`,
        ),
      ],
    };
  },
};

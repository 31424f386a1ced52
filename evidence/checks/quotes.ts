import { canonicalJson, sha256Hex } from '../../domain/canonical-json.ts';
import { formatMoneyForPeople } from '../../domain/money.ts';
import { minorOf, type Money } from '../money.ts';
import { shownPage } from '../shown-page.ts';
import type { BundleQuote, EvidencePayload } from '../payload.ts';
import { contentOf } from '../quote-content.ts';
import { counted, problemsOf, type Check } from './check.ts';

/** A consent names a hash: it must be that of the figures shown. */
export const quoteHashes: Check = {
  title: 'Quotes: each hash is that of its text',
  run: ({ payload: { quotes, change, terms } }) => ({
    looked: counted(quotes.length, 'quote'),
    problems: [
      ...problemsOf([
        quotes.some(({ revision }, index) => revision !== index + 1) ||
          change.quoteRevision !== quotes.length,
        'the quotes are not numbered from 1 to the current one: one is missing or too many',
      ]),
      ...quotes.flatMap((quote) => {
        const content = contentOf(quote);
        const name = `quote ${quote.revision}`;
        if (sha256Hex(quote.canonicalJson) !== quote.hash) return [`the text of ${name} has another hash`];
        if (!content || canonicalJson(content) !== quote.canonicalJson)
          return [`the text of ${name} is not in canonical form`];
        const text = terms.find(({ version }) => version === quote.termsVersion);
        const to = quote.basis?.to;
        return problemsOf(
          [content.planChangeId !== change.planChangeId, `${name} is of another plan change`],
          [content.quoteRevision !== quote.revision, `${name} has another number in its text`],
          [text?.sha256 !== content.termsSha256, `${name} is under other terms than those in this file`],
          [
            quote.revision === change.quoteRevision &&
              (content.effectiveDate !== change.activation.date ||
                content.planVersion.planCode !== change.to?.planCode ||
                content.planVersion.version !== change.to.version ||
                content.promotion !== change.promotionCode),
            `the change has another date, plan or promotion than ${name}`,
          ],
          [
            to !== undefined &&
              (to.planCode !== content.planVersion.planCode || to.version !== content.planVersion.version),
            `${name} rests on another plan than is in its text`,
          ],
          [
            quote.revision === change.quoteRevision && !isOfBasis(change, quote),
            `the change has another instant, or other plans or prices, than ${name}`,
          ],
        );
      }),
    ],
  }),
};

/** What the page says that the plan was and became is what the current quote rests on. */
function isOfBasis({ activation, from, to }: EvidencePayload['change'], quote: BundleQuote): boolean {
  const { basis, activateAt } = quote;
  return (
    (activateAt === undefined || activation.at === activateAt) &&
    (!basis || canonicalJson({ when: activation.when, from, to }) === canonicalJson(basis))
  );
}

/** Lines sum to net; due now and to balance follow from it. */
export const arithmetic: Check = {
  title: 'Amounts: lines add up to the total, due and balance follow',
  run: ({ payload: { quotes, change } }) => ({
    looked: counted(quotes.flatMap((quote) => contentOf(quote)?.lines ?? []).length, 'line'),
    problems: quotes.flatMap((quote) => {
      const content = contentOf(quote);
      const amounts = content?.lines.map(({ amount }) => minorOf(amount)) ?? [];
      const net = content && minorOf(content.net);
      const name = `quote ${quote.revision}`;
      if (!content || net === undefined || amounts.includes(undefined))
        return [`an amount of ${name} cannot be read`];
      const sum = amounts.reduce<bigint>((total, amount) => total + (amount ?? 0n), 0n);
      const positive = (minor: bigint): bigint => (minor > 0n ? minor : 0n);
      const all: Money[] = [
        ...content.lines.map(({ amount }) => amount),
        content.net,
        quote.dueNow,
        quote.toBalance,
        quote.nextBill.amount,
      ];
      return problemsOf(
        [sum !== net, `the lines of ${name} do not add up to its total`],
        [minorOf(quote.dueNow) !== positive(net), `what is due by ${name} does not follow from its total`],
        [
          minorOf(quote.toBalance) !== positive(-net),
          `what goes to the balance by ${name} does not follow from its total`,
        ],
        [minorOf(quote.nextBill.amount) === undefined, `the next bill of ${name} cannot be read`],
        [all.some(({ currency }) => currency !== change.currency), `${name} mixes currencies`],
      );
    }),
  }),
};

export const termsHashes: Check = {
  title: 'Terms: each hash is that of its text',
  run: ({ payload: { terms, quotes } }) => ({
    looked: counted(terms.length, 'version'),
    problems: [
      ...terms.flatMap(({ version, sha256, body }) =>
        problemsOf([sha256Hex(body) !== sha256, `the text of terms ${version} has another hash`]),
      ),
      ...quotes.flatMap(({ revision, termsVersion }) =>
        problemsOf([
          !terms.some(({ version }) => version === termsVersion),
          `the terms of quote ${revision} are missing`,
        ]),
      ),
    ],
  }),
};

/** What the customer heard or saw named every amount that was hashed. */
export const words: Check = {
  title: 'Words: script and page name every amount of their quote',
  run: ({ payload: { quotes, consents } }) => {
    const pages = consents.flatMap(({ quoteHash, evidence }) => {
      const page = shownPage(evidence.details);
      return page ? [{ quoteHash, text: page.join('\n') }] : [];
    });
    const about = (quote: BundleQuote) => [
      { name: `the script of quote ${quote.revision}`, text: quote.script.text },
      ...pages
        .filter(({ quoteHash }) => quoteHash === quote.hash)
        .map(({ text }) => ({ name: `the page of quote ${quote.revision}`, text })),
    ];
    return {
      looked: [counted(quotes.length, 'script'), counted(pages.length, 'page')].filter(Boolean).join(', '),
      problems: quotes.flatMap((quote) =>
        about(quote).flatMap(({ name, text }) =>
          missingFrom(text, quote).map((what) => `${name} does not name ${what}`),
        ),
      ),
    };
  },
};

/** What a quote from before its basis was kept rests on is not known. */
function pricesOf({ basis }: BundleQuote): (readonly [Money, string])[] {
  return basis
    ? [
        [basis.from.price, 'the price before'],
        [basis.to.price, 'the price from then on'],
      ]
    : [];
}

function missingFrom(text: string, quote: BundleQuote): string[] {
  const lines = contentOf(quote)?.lines ?? [];
  const spoken = ({ amount, currency }: Money): string => {
    const minor = minorOf({ amount, currency }) ?? 0n;
    return formatMoneyForPeople(minor < 0n ? -minor : minor, currency);
  };
  return [
    // What is nothing, as the fee for a change, is said in words.
    ...lines.flatMap(({ amount, description }) =>
      minorOf(amount) === 0n ? [] : [[amount, `the amount of “${description}”`] as const],
    ),
    ...(minorOf(quote.dueNow) === 0n ? [] : [[quote.dueNow, 'what is due'] as const]),
    ...(minorOf(quote.toBalance) === 0n ? [] : [[quote.toBalance, 'what goes to the balance'] as const]),
    [quote.nextBill.amount, 'the next bill'] as const,
    ...pricesOf(quote),
  ].flatMap(([amount, what]) => (text.includes(spoken(amount)) ? [] : [what]));
}

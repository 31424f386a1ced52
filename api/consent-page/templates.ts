import { Eta } from 'eta';
import type { Company } from '../deps.ts';
import type { OfferView } from './offer-view.ts';

/**
 * Pages for customers: no script, no third party, readable on a phone, in print and by a screen reader. Every
 * value is escaped; <bdi> keeps names of right-to-left scripts from turning the sentence around them.
 */
const PAGE = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex">
<meta name="format-detection" content="telephone=no, date=no">
<title><%= it.title %> – <%= it.company.name %></title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="/consent.css">
</head>
<body>
<header><%= it.company.name %></header>
<main>
<%~ it.main %></main>
<footer>
<p>Questions, or not what you expected? Call <a href="tel:<%= it.company.phone.replace(/[^+0-9]/g, '') %>"><%= it.company.phone %></a>.</p>
<% if (it.reference) { %><p>Reference: <span class="id"><%= it.reference %></span></p>
<% } %></footer>
</body>
</html>
`;

/** What the customer agrees to; \`summary\` and \`caption\` are headings of it. */
const OFFER = `<dl>
<% for (const fact of it.facts) { %><div><dt><%= fact.label %></dt>
<dd><strong><bdi><%= fact.value %></bdi></strong><% if (fact.more) { %>
<span><%= fact.more %></span><% } %></dd></div>
<% } %></dl>
<details>
<summary>How the amounts are worked out</summary>
<table>
<caption>For the rest of the running billing period</caption>
<tbody>
<% for (const line of it.lines) { %><tr><th scope="row"><bdi><%= line.what %></bdi><% if (line.days) { %>
<span><%= line.days %></span><% } %></th>
<td><%= line.amount %></td></tr>
<% } %></tbody>
<tfoot><tr><th scope="row">Total, before tax</th>
<td><%= it.net %></td></tr></tfoot>
</table>
</details>
<h2>What happens next</h2>
<ul>
<% for (const sentence of it.next) { %><li><%= sentence %></li>
<% } %></ul>
`;

const TERMS_LINK = `<p><a href="<%= it.path %>/terms" target="_blank">Terms of service, version <%= it.offer.termsVersion %></a> (opens in a new tab)</p>
`;

const FIELD_ERROR = (field: string): string =>
  `<% if (it.errors.${field}) { %><p class="wrong" id="${field}-error"><%= it.errors.${field} %></p>
<% } %>`;
const INVALID = (field: string): string =>
  `<% if (it.errors.${field}) { %> aria-invalid="true"<% } %> aria-describedby="<% if (it.errors.${field}) { %>${field}-error <% } %>${field}-hint"`;

const ASK = `<% if (it.problem) { %><div class="error" role="alert" tabindex="-1" autofocus>
<h2>There is a problem</h2>
<p><%= it.problem %></p>
<% if (it.links.length > 0) { %><ul>
<% for (const link of it.links) { %><li><a href="#<%= link.field %>"><%= link.text %></a></li>
<% } %></ul>
<% } %></div>
<% } %><h1>Change your plan to <bdi><%= it.plan %></bdi>?</h1>
<p>You asked us for this change. <strong>Nothing changes and nothing is charged unless you agree below.</strong> You can decide until <%= it.expires %>.</p>
<section id="offer" aria-label="The change">
<%~ it.offerHtml %></section>
${TERMS_LINK}<form method="post" action="<%= it.path %>" novalidate aria-labelledby="agree">
<h2 id="agree">I agree</h2>
<label for="typedName">Your full name</label>
<p class="hint" id="typedName-hint">As on your bill</p>
${FIELD_ERROR('typedName')}<input id="typedName" name="typedName" value="<%= it.typed.typedName %>" maxlength="200" autocomplete="name" spellcheck="false" required${INVALID('typedName')}>
<label for="accountNumberLast4">Last four characters of your account number</label>
<p class="hint" id="accountNumberLast4-hint">On your bill, letters or digits</p>
${FIELD_ERROR('accountNumberLast4')}<input id="accountNumberLast4" class="short" name="accountNumberLast4" value="<%= it.typed.accountNumberLast4 %>" maxlength="4" autocomplete="off" autocapitalize="characters" spellcheck="false" required${INVALID('accountNumberLast4')}>
<p id="declaration"><%= it.offer.declaration %></p>
<input type="hidden" name="shown" value="<%= it.shown %>">
<button name="decision" value="accept" aria-describedby="declaration">Agree to the change</button>
</form>
<form method="post" action="<%= it.path %>" novalidate aria-labelledby="decline">
<h2 id="decline">I do not want this change</h2>
<label for="reason">Why not? (optional)</label>
<p class="hint" id="reason-hint">It helps us. Up to 2,000 characters.</p>
${FIELD_ERROR('reason')}<textarea id="reason" name="reason" rows="2" maxlength="2000"${INVALID('reason')}><%= it.typed.reason %></textarea>
<button class="quiet" name="decision" value="decline">Decline the change</button>
</form>
`;

const DECLINE = `<h1>Decline this change?</h1>
<p>Your plan then stays <bdi><%= it.from %></bdi>, and nothing is charged. The offer of <bdi><%= it.to %></bdi> ends, and this link with it; if you want the change later, call us for a new offer.</p>
<p><strong>Nothing is recorded yet.</strong></p>
<form method="post" action="<%= it.path %>">
<input type="hidden" name="confirm" value="<%= it.quoteHash %>">
<input type="hidden" name="reason" value="<%= it.reason %>">
<button class="quiet" name="decision" value="decline">Yes, decline the change</button>
</form>
<p><a href="<%= it.path %>">Back to the offer</a></p>
`;

const STATE = `<div class="state <%= it.tone %>">
<h1><%= it.title %></h1>
<% for (const sentence of it.sentences) { %><p><%= sentence %></p>
<% } %></div>
<% if (it.offer) { %><h2><%= it.offerHeading %></h2>
<section id="offer" aria-label="<%= it.offerHeading %>">
<%~ it.offerHtml %></section>
${TERMS_LINK}<% } %>`;

const TERMS = `<h1>Terms of service, version <%= it.version %></h1>
<% for (const paragraph of it.paragraphs) { %><p><%= paragraph %></p>
<% } %>`;

export interface Frame {
  readonly title: string;
  readonly company: Company;
  /** Names the change on the phone. */
  readonly reference: string | null;
}

export type Field = 'typedName' | 'accountNumberLast4' | 'reason';

export interface AskView {
  readonly plan: string;
  readonly offer: OfferView;
  readonly offerHtml: string;
  /** Of the page itself. A form that names none sends to the fragment too, which keeps the focus from the summary of errors. */
  readonly path: string;
  readonly expires: string;
  /** SHA-256 of the words on the page, which come back with the agreement. */
  readonly shown: string;
  /** Why it is asked again; null the first time. */
  readonly problem: string | null;
  readonly errors: Readonly<Partial<Record<Field, string>>>;
  readonly links: readonly { readonly field: Field; readonly text: string }[];
  /** What was typed before: nothing of it is lost. */
  readonly typed: Readonly<Record<Field, string>>;
}

export interface StateView {
  readonly title: string;
  readonly tone: 'done' | 'plain';
  readonly sentences: readonly string[];
  readonly offer: OfferView | null;
  readonly offerHeading: string;
  readonly offerHtml: string;
  readonly path: string;
}

export interface DeclineView {
  readonly from: string;
  readonly to: string;
  readonly path: string;
  /** Comes back with the confirmation: what is declined is what was offered. */
  readonly quoteHash: string;
  /** As it was typed; empty if none was. */
  readonly reason: string;
}

export interface TermsView {
  readonly version: string;
  readonly paragraphs: readonly string[];
}

const eta = new Eta({ autoEscape: true, autoTrim: false });
const [page, offer, ask, decline, state, terms] = [PAGE, OFFER, ASK, DECLINE, STATE, TERMS].map((source) =>
  eta.compile(source),
);

const render = (template: typeof page, view: object): string => (template ? eta.render(template, view) : '');
const framed = (frame: Frame, main: string): string => render(page, { ...frame, main });

/** The part of the page that is kept as evidence, as HTML. */
export const renderOffer = (view: OfferView): string => render(offer, view);
export const renderAsk = (frame: Frame, view: AskView): string => framed(frame, render(ask, view));
export const renderDecline = (frame: Frame, view: DeclineView): string =>
  framed(frame, render(decline, view));
export const renderState = (frame: Omit<Frame, 'title'>, view: StateView): string =>
  framed({ ...frame, title: view.title }, render(state, view));
export const renderTerms = (frame: Frame, view: TermsView): string => framed(frame, render(terms, view));

import { Eta } from 'eta';

/** Pages for customers: no script, no third party, readable on a phone and by a screen reader. */
const LAYOUT_START = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex">
<title><%= it.title %></title>
<link rel="stylesheet" href="/consent.css">
</head>
<body>
<main>
<h1><%= it.title %></h1>
`;
const LAYOUT_END = `</main>
</body>
</html>
`;

const QUOTE = `${LAYOUT_START}
<% if (it.error) { %><p class="error" role="alert"><%= it.error %></p><% } %>
<p>You asked us to change your plan. Nothing changes and nothing is charged unless you agree below.</p>
<table>
<caption>Your plan</caption>
<tr><th scope="row">Now</th><td><%= it.from %></td></tr>
<tr><th scope="row">New</th><td><strong><%= it.to %></strong></td></tr>
<tr><th scope="row">From</th><td><%= it.effective %></td></tr>
</table>
<table>
<caption>What it costs to change</caption>
<% for (const line of it.lines) { %><tr><th scope="row"><%= line.description %><% if (line.days) { %><br><small><%= line.days %></small><% } %></th><td class="amount"><%= line.amount %></td></tr>
<% } %><tr class="total"><th scope="row">Total, before tax</th><td class="amount"><%= it.net %></td></tr>
</table>
<p><%= it.due %></p>
<p><%= it.nextBill %></p>
<% for (const sentence of it.interruptions) { %><p><%= sentence %></p>
<% } %><p>The <a href="<%= it.termsUrl %>">terms of service, version <%= it.termsVersion %></a>, apply. This offer is open until <%= it.expires %>.</p>

<form method="post" autocomplete="off">
<h2>I agree</h2>
<p><label for="typedName">Your full name, as on your bill</label>
<input id="typedName" name="typedName" maxlength="200" required></p>
<p><label for="accountNumberLast4">Last four characters of your account number</label>
<input id="accountNumberLast4" name="accountNumberLast4" maxlength="4" required></p>
<p><button name="decision" value="accept">Agree to the change</button></p>
</form>

<form method="post">
<h2>I do not want this change</h2>
<p><label for="reason">Why not? You need not say.</label>
<input id="reason" name="reason" maxlength="2000"></p>
<p><button class="quiet" name="decision" value="decline">Decline</button></p>
</form>
${LAYOUT_END}`;

const MESSAGE = `${LAYOUT_START}
<% for (const paragraph of it.paragraphs) { %><p><%= paragraph %></p>
<% } %>${LAYOUT_END}`;

export const STYLE = `:root { color-scheme: light dark; --ink: #1a1a1a; --paper: #fff; --line: #c9c9c9; --accent: #0b5cad; --alert: #a11; }
@media (prefers-color-scheme: dark) { :root { --ink: #eee; --paper: #161616; --line: #555; --accent: #6cb2ff; --alert: #ff8a80; } }
body { margin: 0; color: var(--ink); background: var(--paper); font: 1.05rem/1.5 system-ui, sans-serif; }
main { max-width: 34rem; margin: 0 auto; padding: 1rem 1rem 3rem; }
h1 { font-size: 1.5rem; line-height: 1.2; } h2 { font-size: 1.15rem; margin-top: 2rem; }
table { width: 100%; border-collapse: collapse; margin: 1rem 0; } caption { text-align: left; font-weight: 600; padding-bottom: .3rem; }
th, td { text-align: left; vertical-align: top; padding: .4rem 0; border-top: 1px solid var(--line); font-weight: 400; }
.amount { text-align: right; white-space: nowrap; font-variant-numeric: tabular-nums; } .total th, .total td { font-weight: 600; }
label { display: block; margin-bottom: .2rem; }
input { box-sizing: border-box; width: 100%; padding: .6rem; font: inherit; color: inherit; background: transparent; border: 1px solid var(--line); border-radius: .3rem; }
button { padding: .7rem 1.2rem; font: inherit; font-weight: 600; color: var(--paper); background: var(--accent); border: 1px solid var(--accent); border-radius: .3rem; }
button.quiet { color: var(--accent); background: transparent; }
a { color: var(--accent); } :focus-visible { outline: 3px solid var(--accent); outline-offset: 2px; }
.error { padding: .7rem 1rem; border-left: .3rem solid var(--alert); color: var(--alert); }
`;

export interface QuotePage {
  readonly title: string;
  readonly error: string | null;
  readonly from: string;
  readonly to: string;
  readonly effective: string;
  readonly lines: readonly {
    readonly description: string;
    readonly days: string | null;
    readonly amount: string;
  }[];
  readonly net: string;
  readonly due: string;
  readonly nextBill: string;
  readonly interruptions: readonly string[];
  readonly termsUrl: string;
  readonly termsVersion: string;
  readonly expires: string;
}

export interface MessagePage {
  readonly title: string;
  readonly paragraphs: readonly string[];
}

const eta = new Eta({ autoEscape: true, autoTrim: false });
const quotePage = eta.compile(QUOTE);
const messagePage = eta.compile(MESSAGE);

export function renderQuotePage(page: QuotePage): string {
  return eta.render(quotePage, page);
}

export function renderMessagePage(page: MessagePage): string {
  return eta.render(messagePage, page);
}

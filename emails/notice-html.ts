import {
  chargesHtml,
  HEADING,
  interruptionsHtml,
  LABEL,
  listHtml,
  nextBillHtml,
  pageHtml,
  PARAGRAPH,
  TABLE,
  termsHtml,
  VALUE,
} from './html-parts.ts';

/** A frame instead of colours: the reader's program has its own for light and dark. */
const BUTTON =
  'display:inline-block;padding:12px 20px;border:2px solid;border-radius:6px;font-weight:bold;text-decoration:none';

/** A notice as HTML, over NoticeView. A string in a module, so that the compiled product finds it. */
export const NOTICE_HTML = pageHtml(`<% it.opening.forEach((paragraph) => { -%>
<p style="${PARAGRAPH}"><%= paragraph %></p>
<% }) -%>

<h2 style="${HEADING}"><%= it.changeHeading %></h2>
<table style="${TABLE}">
<tr><th scope="row" style="${LABEL}">Plan</th><td style="${VALUE}"><strong><bdi><%= it.plan %></bdi></strong></td></tr>
<% it.rows.forEach((row) => { -%>
<tr><th scope="row" style="${LABEL}"><%= row.label %></th><td style="${VALUE}"><bdi><%= row.value %></bdi></td></tr>
<% }) -%>
</table>
<% if (it.quote !== null) { -%>
<% if (it.quote.intervalChange !== null) { -%>
<p style="${PARAGRAPH}"><%= it.quote.intervalChange %></p>
<% } -%>
<% if (it.quote.features.length > 0) { -%>
<p style="${PARAGRAPH}">Included:</p>
${listHtml('it.quote.features')}<% } -%>
${chargesHtml('it.quote.charges')}${nextBillHtml('it.quote.nextBill')}${interruptionsHtml('it.quote.interruptions')}
<h2 style="${HEADING}">Terms</h2>
<p style="${PARAGRAPH}">${termsHtml('it.quote')}</p>

<h2 style="${HEADING}">Your decision</h2>
<p style="margin:16px 0"><a href="<%= it.quote.link %>" style="${BUTTON}">Read the quote and decide</a></p>
<p style="${PARAGRAPH}">If the link does not open, copy this address into your browser:<br>
<span style="overflow-wrap:anywhere"><%= it.quote.link %></span></p>
<% it.quote.decision.forEach((paragraph) => { -%>
<p style="${PARAGRAPH}"><%= paragraph %></p>
<% }) -%>
<% } else { -%>

<h2 style="${HEADING}">What you can do</h2>
<% it.next.forEach((paragraph) => { -%>
<p style="${PARAGRAPH}"><%= paragraph %></p>
<% }) -%>
<% } -%>
`);

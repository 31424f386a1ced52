import {
  chargesHtml,
  FIGURE,
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

/** The summary as HTML, over SummaryView. A string in a module, so that the compiled product finds it. */
export const SUMMARY_HTML = pageHtml(`
<h2 style="${HEADING}">Your new plan</h2>
<table style="${TABLE}">
<tr><th scope="row" style="${LABEL}">Plan</th><td style="${VALUE}"><strong><bdi><%= it.newPlan %></bdi></strong></td></tr>
<tr><th scope="row" style="${LABEL}">Price</th><td style="${FIGURE}"><strong><%= it.newPrice %></strong></td></tr>
<tr><th scope="row" style="${LABEL}">Previous plan</th><td style="${VALUE}"><bdi><%= it.oldPlan %></bdi>, <%= it.oldPrice %></td></tr>
</table>
<% if (it.promotion !== null) { -%>
<p style="${PARAGRAPH}"><%= it.promotion %></p>
<% } -%>
<p style="${PARAGRAPH}"><%= it.activation %></p>
<% if (it.intervalChange !== null) { -%>
<p style="${PARAGRAPH}"><%= it.intervalChange %></p>
<% } -%>
<% if (it.features.length > 0) { -%>
<p style="${PARAGRAPH}">Included:</p>
${listHtml('it.features')}<% } -%>
${chargesHtml('it.charges')}${nextBillHtml('it.nextBill')}${interruptionsHtml('it.interruptions')}
<h2 style="${HEADING}">Your agreement</h2>
<p style="${PARAGRAPH}"><% if (it.consent !== null) { %><%= it.consent %> <% } %>${termsHtml('it')}</p>

<h2 style="${HEADING}">Changing again</h2>
<p style="${PARAGRAPH}"><%= it.changingAgain %></p>
`);

import { chargesText, interruptionsText, listText, nextBillText, pageText, termsText } from './text-parts.ts';

/** The summary as plain text, over SummaryView. A string in a module, so that the compiled product finds it. */
export const SUMMARY_TEXT = pageText(`Your plan change is complete.

YOUR NEW PLAN
<%= it.newPlan %>, <%= it.newPrice %>
<% if (it.promotion !== null) { -%>
<%= it.promotion %>
<% } -%>
${listText('it.features')}
<%= it.activation %>
Your previous plan was <%= it.oldPlan %>, <%= it.oldPrice %>.
<% if (it.intervalChange !== null) { -%>
<%= it.intervalChange %>
<% } -%>

${chargesText('it.charges')}
${nextBillText('it.nextBill')}
${interruptionsText('it.interruptions')}
YOUR AGREEMENT
<% if (it.consent !== null) { -%>
<%= it.consent %>
<% } -%>
${termsText('it')}
CHANGING AGAIN
<%= it.changingAgain %>
`);

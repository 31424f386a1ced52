import { chargesText, interruptionsText, listText, nextBillText, pageText, termsText } from './text-parts.ts';

/** A notice as plain text, over NoticeView. A string in a module, so that the compiled product finds it. */
export const NOTICE_TEXT = pageText(`<% it.opening.forEach((paragraph) => { -%>
<%= paragraph %>

<% }) -%>
<%= it.changeHeading.toUpperCase() %>
<%= it.plan %>
<% it.rows.forEach((row) => { -%>
<%= row.label %>: <%= row.value %>
<% }) -%>

<% if (it.quote !== null) { -%>
<% if (it.quote.intervalChange !== null) { -%>
<%= it.quote.intervalChange %>

<% } -%>
<% if (it.quote.features.length > 0) { -%>
INCLUDED
${listText('it.quote.features')}
<% } -%>
${chargesText('it.quote.charges')}
${nextBillText('it.quote.nextBill')}
${interruptionsText('it.quote.interruptions')}
TERMS
${termsText('it.quote')}
YOUR DECISION
Agree or decline on this page:
<%= it.quote.link %>

<% it.quote.decision.forEach((paragraph) => { -%>
<%= paragraph %>
<% }) -%>
<% } else { -%>
WHAT YOU CAN DO
<% it.next.forEach((paragraph) => { -%>
<%= paragraph %>
<% }) -%>
<% } -%>
`);

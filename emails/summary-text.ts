/**
 * The summary as plain text, an Eta template over SummaryView without escaping; `it.spread` sets two texts at the
 * ends of a line. Long lines are wrapped afterwards. A string in a module, so that the compiled product finds it.
 */
export const SUMMARY_TEXT = `Hello <%= it.customerName %>,

your plan change is complete.

YOUR NEW PLAN
<%= it.newPlan %>, <%= it.newPrice %>
<% it.features.forEach((feature) => { -%>
- <%= feature %>
<% }) -%>

<%= it.activation %>
Your previous plan was <%= it.oldPlan %>, <%= it.oldPrice %>.
<% if (it.intervalChange !== null) { -%>
<%= it.intervalChange %>
<% } -%>

CHARGES AND CREDITS FOR THIS CHANGE
<% it.lines.forEach((line) => { -%>
<% if (line.days === '') { -%>
<%= it.spread(line.what, line.amount) %>
<% } else { -%>
<%= line.what %>
<%= it.spread('  ' + line.days, line.amount) %>
<% } -%>
<% }) -%>
<%= it.spread('Total', it.total) %>

<%= it.due %>
All amounts are before tax.

YOUR NEXT BILL
<%= it.nextBill %>

INTERRUPTIONS OF SERVICE
<% it.interruptions.forEach((interruption) => { -%>
- <%= interruption %>
<% }) -%>
<% if (it.interruptions.length === 0) { -%>
None is expected.
<% } -%>

YOUR AGREEMENT
<% if (it.consent !== null) { -%>
<%= it.consent %>
<% } -%>
The terms of service, version <%= it.termsVersion %>, apply:
<%= it.termsUrl %>

CHANGING AGAIN
<%= it.changingAgain %>

QUESTIONS
If anything here is not what you agreed to, tell us at once and name the reference.
Phone: <%= it.company.phone %>
Email: <%= it.company.supportEmail %>
Reference: <%= it.reference %>

<%= it.company.name %>
`;

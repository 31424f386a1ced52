/**
 * What the plain-text mails are built of: Eta templates over a view named `it`, without escaping; `it.spread`
 * sets two texts at the ends of a line. Long lines are wrapped afterwards.
 */

/** A whole mail: greeting, the sections, and how to reach the company about `it.reference`. */
export function pageText(sections: string): string {
  return `Hello <%= it.customerName %>,

${sections}
QUESTIONS
<%= it.concern %>
Phone: <%= it.company.phone %>
Email: <%= it.company.supportEmail %>
Reference: <%= it.reference %>

<%= it.company.name %>
`;
}

/** @param list the view's member that holds the sentences, `it.features` */
export function listText(list: string): string {
  return `<% ${list}.forEach((item) => { -%>
- <%= item %>
<% }) -%>
`;
}

/** @param charges the view's member of type ChargesView */
export function chargesText(charges: string): string {
  return `CHARGES AND CREDITS FOR THIS CHANGE
<% ${charges}.lines.forEach((line) => { -%>
<% if (line.days === '') { -%>
<%= it.spread(line.what, line.amount) %>
<% } else { -%>
<%= line.what %>
<%= it.spread('  ' + line.days, line.amount) %>
<% } -%>
<% }) -%>
<%= it.spread('Total', ${charges}.total) %>

<%= ${charges}.due %>
All amounts are before tax.
`;
}

/** @param sentence the view's member that says when and how much */
export function nextBillText(sentence: string): string {
  return `YOUR NEXT BILL
<%= ${sentence} %>
`;
}

/** @param list the view's member that holds the sentences; empty when nothing is interrupted */
export function interruptionsText(list: string): string {
  return `INTERRUPTIONS OF SERVICE
${listText(list)}<% if (${list}.length === 0) { -%>
None is expected.
<% } -%>
`;
}

/** @param view the member with termsUrl and termsVersion */
export function termsText(view: string): string {
  return `The terms of service, version <%= ${view}.termsVersion %>, apply:
<%= ${view}.termsUrl %>
`;
}

/**
 * What the HTML mails are built of: Eta templates over a view named `it`; every value is escaped. Nothing is
 * loaded from anywhere, styles are inline because mail programs drop the rest, and colours are left to the
 * reader's program, so that light and dark both have its contrast. <bdi> keeps names of right-to-left scripts
 * from turning the sentence around them.
 */
const FONT = "font-family:system-ui,-apple-system,'Segoe UI',Roboto,Helvetica,Arial,sans-serif";
export const HEADING = 'font-size:18px;line-height:1.3;margin:28px 0 8px';
export const PARAGRAPH = 'margin:0 0 8px';
export const LIST = 'margin:0 0 8px;padding-left:22px';
export const TABLE = 'width:100%;border-collapse:collapse;margin:0 0 12px';
const CELL = 'padding:8px 8px 8px 0;border-bottom:1px solid #808080;text-align:left;vertical-align:top';
export const LABEL = `${CELL};font-weight:normal`;
export const VALUE = 'padding:8px 0;border-bottom:1px solid #808080;text-align:right;vertical-align:top';
export const FIGURE = `${VALUE};white-space:nowrap`;

/** A whole mail: greeting, `it.heading`, the sections, and how to reach the company about `it.reference`. */
export function pageHtml(sections: string): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="supported-color-schemes" content="light dark">
<meta name="format-detection" content="telephone=no, date=no, address=no, email=no">
<title><%= it.subject %></title>
</head>
<body style="margin:0;padding:16px;${FONT};font-size:16px;line-height:1.5">
<div role="article" aria-label="<%= it.subject %>" style="max-width:600px;margin:0 auto;overflow-wrap:break-word">
<p style="${PARAGRAPH}">Hello <bdi><%= it.customerName %></bdi>,</p>
<h1 style="font-size:24px;line-height:1.25;margin:16px 0"><%= it.heading %></h1>
${sections}
<h2 style="${HEADING}">Questions</h2>
<p style="${PARAGRAPH}"><%= it.concern %></p>
<p style="${PARAGRAPH}">Phone: <a href="tel:<%= it.company.phone.replace(/[^+0-9]/g, '') %>" style="white-space:nowrap"><%= it.company.phone %></a><br>
Email: <a href="mailto:<%= it.company.supportEmail %>"><%= it.company.supportEmail %></a><br>
Reference: <span style="overflow-wrap:anywhere"><%= it.reference %></span></p>
<p style="margin:28px 0 0"><%= it.company.name %></p>
</div>
</body>
</html>
`;
}

/** @param list the view's member that holds the sentences, `it.features` */
export function listHtml(list: string): string {
  return `<ul style="${LIST}">
<% ${list}.forEach((item) => { -%>
<li><bdi><%= item %></bdi></li>
<% }) -%>
</ul>
`;
}

/** @param charges the view's member of type ChargesView */
export function chargesHtml(charges: string): string {
  return `
<h2 style="${HEADING}">Charges and credits for this change</h2>
<table style="${TABLE}">
<thead>
<tr><th scope="col" style="${CELL}">For</th><th scope="col" style="${CELL};white-space:nowrap">Days</th><th scope="col" style="${FIGURE}">Amount</th></tr>
</thead>
<tbody>
<% ${charges}.lines.forEach((line) => { -%>
<tr><th scope="row" style="${LABEL}"><bdi><%= line.what %></bdi></th><td style="${CELL};white-space:nowrap"><%= line.days %></td><td style="${FIGURE}"><%= line.amount %></td></tr>
<% }) -%>
</tbody>
<tfoot>
<tr><th scope="row" colspan="2" style="${CELL}">Total</th><td style="${FIGURE}"><strong><%= ${charges}.total %></strong></td></tr>
</tfoot>
</table>
<p style="${PARAGRAPH}"><strong><%= ${charges}.due %></strong></p>
<p style="${PARAGRAPH}">All amounts are before tax.</p>
`;
}

/** @param sentence the view's member that says when and how much */
export function nextBillHtml(sentence: string): string {
  return `
<h2 style="${HEADING}">Your next bill</h2>
<p style="${PARAGRAPH}"><%= ${sentence} %></p>
`;
}

/** @param list the view's member that holds the sentences; empty when nothing is interrupted */
export function interruptionsHtml(list: string): string {
  return `
<h2 style="${HEADING}">Interruptions of service</h2>
<% if (${list}.length === 0) { -%>
<p style="${PARAGRAPH}">None is expected.</p>
<% } else { -%>
<ul style="${LIST}">
<% ${list}.forEach((interruption) => { -%>
<li><%= interruption %></li>
<% }) -%>
</ul>
<% } -%>
`;
}

/** "The terms of service, version …, apply.", linked. @param view the member with termsUrl and termsVersion */
export function termsHtml(view: string): string {
  return `The <a href="<%= ${view}.termsUrl %>">terms of service, version <%= ${view}.termsVersion %></a>, apply.`;
}

const FONT = "font-family:system-ui,-apple-system,'Segoe UI',Roboto,Helvetica,Arial,sans-serif";
const HEADING = 'font-size:18px;line-height:1.3;margin:28px 0 8px';
const PARAGRAPH = 'margin:0 0 8px';
const LIST = 'margin:0 0 8px;padding-left:22px';
const TABLE = 'width:100%;border-collapse:collapse;margin:0 0 12px';
const CELL = 'padding:8px 8px 8px 0;border-bottom:1px solid #808080;text-align:left;vertical-align:top';
const LABEL = `${CELL};font-weight:normal`;
const VALUE = 'padding:8px 0;border-bottom:1px solid #808080;text-align:right;vertical-align:top';
const FIGURE = `${VALUE};white-space:nowrap`;

/**
 * The summary as HTML, an Eta template over SummaryView; every value is escaped. Nothing is loaded from
 * anywhere, styles are inline because mail programs drop the rest, and colours are left to the reader's program,
 * so that light and dark both have its contrast. <bdi> keeps names of right-to-left scripts from turning the
 * sentence around them. A string in a module, so that the compiled product finds it.
 */
export const SUMMARY_HTML = `<!doctype html>
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
<h1 style="font-size:24px;line-height:1.25;margin:16px 0">Your plan change is complete</h1>

<h2 style="${HEADING}">Your new plan</h2>
<table style="${TABLE}">
<tr><th scope="row" style="${LABEL}">Plan</th><td style="${VALUE}"><strong><bdi><%= it.newPlan %></bdi></strong></td></tr>
<tr><th scope="row" style="${LABEL}">Price</th><td style="${FIGURE}"><strong><%= it.newPrice %></strong></td></tr>
<tr><th scope="row" style="${LABEL}">Previous plan</th><td style="${VALUE}"><bdi><%= it.oldPlan %></bdi>, <%= it.oldPrice %></td></tr>
</table>
<p style="${PARAGRAPH}"><%= it.activation %></p>
<% if (it.intervalChange !== null) { -%>
<p style="${PARAGRAPH}"><%= it.intervalChange %></p>
<% } -%>
<% if (it.features.length > 0) { -%>
<p style="${PARAGRAPH}">Included:</p>
<ul style="${LIST}">
<% it.features.forEach((feature) => { -%>
<li><bdi><%= feature %></bdi></li>
<% }) -%>
</ul>
<% } -%>

<h2 style="${HEADING}">Charges and credits for this change</h2>
<table style="${TABLE}">
<thead>
<tr><th scope="col" style="${CELL}">For</th><th scope="col" style="${CELL};white-space:nowrap">Days</th><th scope="col" style="${FIGURE}">Amount</th></tr>
</thead>
<tbody>
<% it.lines.forEach((line) => { -%>
<tr><th scope="row" style="${LABEL}"><bdi><%= line.what %></bdi></th><td style="${CELL};white-space:nowrap"><%= line.days %></td><td style="${FIGURE}"><%= line.amount %></td></tr>
<% }) -%>
</tbody>
<tfoot>
<tr><th scope="row" colspan="2" style="${CELL}">Total</th><td style="${FIGURE}"><strong><%= it.total %></strong></td></tr>
</tfoot>
</table>
<p style="${PARAGRAPH}"><strong><%= it.due %></strong></p>
<p style="${PARAGRAPH}">All amounts are before tax.</p>

<h2 style="${HEADING}">Your next bill</h2>
<p style="${PARAGRAPH}"><%= it.nextBill %></p>

<h2 style="${HEADING}">Interruptions of service</h2>
<% if (it.interruptions.length === 0) { -%>
<p style="${PARAGRAPH}">None is expected.</p>
<% } else { -%>
<ul style="${LIST}">
<% it.interruptions.forEach((interruption) => { -%>
<li><%= interruption %></li>
<% }) -%>
</ul>
<% } -%>

<h2 style="${HEADING}">Your agreement</h2>
<p style="${PARAGRAPH}"><% if (it.consent !== null) { %><%= it.consent %> <% } %>The <a href="<%= it.termsUrl %>">terms of service, version <%= it.termsVersion %></a>, apply.</p>

<h2 style="${HEADING}">Changing again</h2>
<p style="${PARAGRAPH}"><%= it.changingAgain %></p>

<h2 style="${HEADING}">Questions</h2>
<p style="${PARAGRAPH}">If anything here is not what you agreed to, tell us at once and name the reference.</p>
<p style="${PARAGRAPH}">Phone: <a href="tel:<%= it.company.phone.replace(/[^+0-9]/g, '') %>" style="white-space:nowrap"><%= it.company.phone %></a><br>
Email: <a href="mailto:<%= it.company.supportEmail %>"><%= it.company.supportEmail %></a><br>
Reference: <span style="overflow-wrap:anywhere"><%= it.reference %></span></p>
<p style="margin:28px 0 0"><%= it.company.name %></p>
</div>
</body>
</html>
`;

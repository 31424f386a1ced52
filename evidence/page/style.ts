/** For the screen, the phone and paper. Nothing is loaded from anywhere. */
export const STYLE = `
:root { color-scheme: light; --ink: #1b1f24; --soft: #57606a; --line: #d0d7de; --tint: #f6f8fa; --accent: #0b4f8a; --good: #1a6b34; --warn: #8a5300; }
* { box-sizing: border-box; }
html { -webkit-text-size-adjust: 100%; }
body { margin: 0; background: #fff; color: var(--ink); font: 16px/1.55 Georgia, "Times New Roman", "Liberation Serif", serif; }
main { max-width: 54rem; margin: 0 auto; padding: 2.5rem 1.5rem 4rem; }
header { border-bottom: 3px double var(--ink); margin-bottom: 1.5rem; padding-bottom: 1rem; }
h1 { font-size: 2rem; line-height: 1.15; margin: .2rem 0 .4rem; }
h2 { font-size: 1.3rem; line-height: 1.25; margin: 2.6rem 0 .8rem; padding-bottom: .3rem; border-bottom: 1px solid var(--ink); }
h3 { font-size: 1.05rem; margin: 1.6rem 0 .5rem; }
p { margin: 0 0 .8rem; }
.eyebrow, .reference, .note, dt, th, caption, nav, .tag { font-family: system-ui, -apple-system, "Segoe UI", Roboto, Helvetica, Arial, sans-serif; }
.eyebrow { color: var(--soft); font-size: .8rem; letter-spacing: .08em; text-transform: uppercase; margin: 0; }
.reference { color: var(--soft); font-size: .85rem; margin: 0; overflow-wrap: anywhere; }
.finding { font-size: 1.15rem; line-height: 1.5; border-left: 4px solid var(--good); background: var(--tint); padding: .9rem 1.1rem; margin: 0 0 1.4rem; }
.finding.open { border-left-color: var(--warn); }
.note { color: var(--soft); font-size: .85rem; }
nav ol { columns: 2; margin: 0 0 1rem; padding-left: 1.4rem; font-size: .9rem; }
a { color: var(--accent); }
dl { margin: 0 0 1rem; border-top: 1px solid var(--line); }
dl div { display: grid; grid-template-columns: 12rem 1fr; gap: 0 1rem; padding: .45rem 0; border-bottom: 1px solid var(--line); }
dt { color: var(--soft); font-size: .85rem; line-height: 1.75; }
dd { margin: 0; min-width: 0; overflow-wrap: anywhere; }
table { width: 100%; border-collapse: collapse; margin: 0 0 1rem; font-size: .95rem; }
th, td { text-align: left; vertical-align: top; padding: .45rem .9rem .45rem 0; border-bottom: 1px solid var(--line); overflow-wrap: anywhere; }
th:last-child, td:last-child { padding-right: 0; }
th { color: var(--soft); font-size: .8rem; font-weight: 600; border-bottom: 1px solid var(--ink); overflow-wrap: normal; }
tfoot td { font-weight: 700; border-bottom: 3px double var(--ink); }
.amount { text-align: right; white-space: nowrap; font-variant-numeric: tabular-nums lining-nums; }
.short { white-space: nowrap; }
.prose p { margin: 0 0 .6rem; }
.prose { border: 1px solid var(--line); padding: 1rem 1.2rem; margin: 0 0 1rem; }
blockquote { margin: 0 0 1rem; padding: .8rem 1.1rem; background: var(--tint); border-left: 3px solid var(--line); }
blockquote p { margin: 0 0 .35rem; }
blockquote p:last-child { margin: 0; }
code, pre { font: .82rem/1.5 ui-monospace, SFMono-Regular, Menlo, Consolas, "Liberation Mono", monospace; }
code { overflow-wrap: anywhere; }
pre { white-space: pre-wrap; overflow-wrap: anywhere; background: var(--tint); border: 1px solid var(--line); padding: .8rem 1rem; margin: 0 0 1rem; }
.tag { display: inline-block; font-size: .75rem; font-weight: 600; padding: 0 .5rem; border: 1px solid currentColor; border-radius: 1rem; color: var(--good); }
.tag.void { color: var(--warn); }
details { margin: 0 0 1rem; }
summary { cursor: pointer; font-weight: 600; margin-bottom: .5rem; }
@media (max-width: 40rem) {
  main { padding: 1.25rem 1rem 3rem; }
  h1 { font-size: 1.6rem; }
  nav ol { columns: 1; }
  dl div { grid-template-columns: 1fr; }
  thead { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
  table, tbody, tfoot, tr, td { display: block; }
  tr { border-bottom: 1px solid var(--line); padding: .5rem 0; }
  td, tfoot td { border: 0; padding: .1rem 0; display: grid; grid-template-columns: 7rem 1fr; gap: 0 .8rem; }
  td::before { content: attr(data-label); color: var(--soft); font: .8rem/1.9 system-ui, sans-serif; }
  td:empty { display: none; }
  .amount { text-align: left; }
  .amount, .short { white-space: normal; }
  pre { font-size: .7rem; padding: .6rem; }
}
@media print {
  @page { margin: 18mm 16mm; }
  body { font-size: 10.5pt; }
  main { max-width: none; padding: 0; }
  nav { display: none; }
  h2, h3 { break-after: avoid; }
  tr, dl div, blockquote { break-inside: avoid; }
  a { color: inherit; text-decoration: none; }
}
`;

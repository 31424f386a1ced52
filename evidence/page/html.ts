/**
 * Small pieces of HTML: lower case, quoted attributes, no optional tags left out. They are part of every format there
 * has been: what they write does not change.
 */

/** Text as HTML. Carriage returns go: a parser would turn them into line feeds. */
export function esc(text: string): string {
  return text
    .replaceAll('\r\n', '\n')
    .replaceAll('\r', '\n')
    .replaceAll('&', '&amp;')
    .replaceAll('\u00a0', '&nbsp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;');
}

export interface Column {
  readonly head: string;
  /** An amount is set to the right; what is short stays on one line. */
  readonly kind?: 'amount' | 'short';
}

/** Cells are HTML. On a narrow page each row becomes a block that names its columns. */
export function table(
  columns: readonly Column[],
  rows: readonly (readonly string[])[],
  foot?: readonly string[],
): string {
  const cell = (tag: 'td' | 'th', html: string, index: number): string => {
    const column = columns[index];
    const kind = column?.kind === undefined ? '' : ` class="${column.kind}"`;
    const label = tag === 'td' && column ? ` data-label="${esc(column.head)}"` : '';
    const content = tag === 'td' && html !== '' ? `<div>${html}</div>` : html;
    return `<${tag}${kind}${label}>${content}</${tag}>`;
  };
  const row = (tag: 'td' | 'th', cells: readonly string[]): string =>
    `<tr>${cells.map((html, index) => cell(tag, html, index)).join('')}</tr>\n`;
  return `<table>
<thead>
${row(
  'th',
  columns.map(({ head }) => esc(head)),
)}</thead>
<tbody>
${rows.map((cells) => row('td', cells)).join('')}</tbody>
${foot ? `<tfoot>\n${row('td', foot)}</tfoot>\n` : ''}</table>
`;
}

/** Terms and values; values are HTML, and a value of null is left out. */
export function facts(pairs: readonly (readonly [string, string | null])[]): string {
  const shown = pairs.flatMap(([name, html]) =>
    html === null ? [] : [`<div><dt>${esc(name)}</dt><dd>${html}</dd></div>\n`],
  );
  return `<dl>\n${shown.join('')}</dl>\n`;
}

export function section(id: string, title: string, html: string): string {
  return `<section id="${id}">\n<h2>${esc(title)}</h2>\n${html}</section>\n`;
}

export function paragraph(text: string): string {
  return `<p>${esc(text)}</p>\n`;
}

export function list(texts: readonly string[]): string {
  return `<ul>\n${texts.map((text) => `<li>${esc(text)}</li>\n`).join('')}</ul>\n`;
}

/** Words as they were: line by line. */
export function quotation(text: string): string {
  return `<blockquote>\n${text
    .split('\n')
    .map((line) => `<p>${esc(line)}</p>\n`)
    .join('')}</blockquote>\n`;
}

export function code(text: string): string {
  return `<code>${esc(text)}</code>`;
}

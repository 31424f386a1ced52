const LINE_WIDTH = 72;

/**
 * A value that came from people as one line of ordinary text: no control characters (a CR or LF would start a
 * new header or a new line of the mail), no marks that turn the reading direction of what follows, no halves of
 * surrogate pairs. Letters of every script and emoji stay.
 */
export function oneLine(value: string): string {
  return value
    .replaceAll(/[\p{Cc}\u2028\u2029]+/gu, ' ')
    .replaceAll(/[\p{Cs}\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]/gu, '')
    .replaceAll(/\s+/g, ' ')
    .trim();
}

/**
 * Breaks lines longer than 72 characters at spaces; what follows keeps the indentation of its line, two more for
 * an item of a list. A word longer than a line stays whole.
 */
export function wrapLines(text: string): string {
  return text.split('\n').map(wrapLine).join('\n');
}

function wrapLine(line: string): string {
  if (line.length <= LINE_WIDTH) return line;
  const [indent = ''] = /^ *(?:- )?/.exec(line) ?? [];
  const lines: string[] = [];
  let current = indent;
  for (const word of line.slice(indent.length).split(' ')) {
    const isFirst = current.trimEnd() === indent.trimEnd();
    if (!isFirst && current.length + word.length + 1 > LINE_WIDTH) {
      lines.push(current);
      current = ' '.repeat(indent.length) + word;
    } else {
      current += isFirst ? word : ` ${word}`;
    }
  }
  return [...lines, current].join('\n');
}

/** Two texts at the two ends of a line of 72 characters; at least two spaces between them. */
export function spread(left: string, right: string): string {
  return left + ' '.repeat(Math.max(2, LINE_WIDTH - left.length - right.length)) + right;
}

import { createReadStream } from 'node:fs';

/** One line without its ending; undefined when it is longer than allowed. */
export interface Line {
  readonly number: number;
  readonly text: string | undefined;
}

/**
 * Streams the lines of a UTF-8 file, a byte-order mark taken off. Lines end with LF or CRLF. No more than one
 * chunk and one line of at most `longest` characters are held, whatever the file contains.
 * @param onBytes told after each chunk how many bytes have been read
 */
export async function* readLines(
  file: string,
  longest: number,
  onBytes: (read: number) => void,
): AsyncGenerator<Line, void, undefined> {
  const source = createReadStream(file, { encoding: 'utf8' });
  let number = 1;
  let pending: string | undefined = '';
  for await (const chunk of source as AsyncIterable<string>) {
    const pieces = (number === 1 && pending === '' ? chunk.replace(/^\uFEFF/, '') : chunk).split('\n');
    const last = pieces.pop() ?? '';
    for (const piece of pieces) {
      yield { number, text: withoutReturn(joined(pending, piece, longest)) };
      number += 1;
      pending = '';
    }
    pending = joined(pending, last, longest);
    onBytes(source.bytesRead);
  }
  if (pending !== '') yield { number, text: withoutReturn(pending) };
}

function joined(start: string | undefined, piece: string, longest: number): string | undefined {
  return start === undefined || start.length + piece.length > longest ? undefined : start + piece;
}

/** After joining: the CR and the LF of one ending may come in two chunks. */
function withoutReturn(text: string | undefined): string | undefined {
  return text?.replace(/\r$/, '');
}

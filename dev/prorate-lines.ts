const NEWLINE = 0x0a;

/**
 * Splits bytes into lines at LF and yields the text of each non-blank one; undefined where it is not UTF-8.
 * CRLF ends, a missing last newline and a byte order mark are fine. Holds one line at a time.
 *
 * Not node:readline: it also splits at U+2028 and U+2029, which a JSON string may contain.
 */
export async function* textLines(chunks: AsyncIterable<Buffer>): AsyncGenerator<string | undefined> {
  let pending: Buffer[] = [];
  for await (const chunk of chunks) {
    let from = 0;
    for (let at = chunk.indexOf(NEWLINE); at >= 0; at = chunk.indexOf(NEWLINE, from)) {
      pending.push(chunk.subarray(from, at));
      yield* nonBlank(pending);
      pending = [];
      from = at + 1;
    }
    pending.push(chunk.subarray(from));
  }
  yield* nonBlank(pending);
}

function* nonBlank(pieces: readonly Buffer[]): Generator<string | undefined> {
  const text = decode(Buffer.concat(pieces));
  if (text === undefined || text.trim() !== '') yield text;
}

function decode(bytes: Buffer): string | undefined {
  try {
    // Fatal, since a replaced byte could turn one id into another; the decoder drops a byte order mark.
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return undefined;
  }
}

const ID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

/** The words that stand in the paths of the OpenAPI document, beside their parameters. */
export function wordsOfPaths(paths: Iterable<string>): ReadonlySet<string> {
  const words = [...paths].flatMap((path) => path.split('/')).filter((word) => !word.startsWith('{'));
  return new Set(words);
}

/**
 * The path of a request as it may be logged: without its query, and of its segments only the document's own words
 * and ids. A caller may write anything where an id belongs, and a customer's link carries its token there.
 */
export function loggedPath(url: string, words: ReadonlySet<string>): string {
  const path = url.split('?', 1)[0] ?? '';
  // A proxy may send the whole address.
  const own = path.replace(/^[a-z][a-z0-9+.-]*:\/\/[^/]*/i, '');
  return own
    .split('/')
    .map((segment) => (words.has(segment.toLowerCase()) || ID.test(segment) ? segment : '…'))
    .join('/');
}

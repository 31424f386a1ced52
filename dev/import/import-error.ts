/** An import that cannot go on; the message is one sentence that says why and what to do. */
export class ImportError extends Error {
  override readonly name = 'ImportError';
}

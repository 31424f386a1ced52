/**
 * Instants of the workflow's clock that no other row has: its notes name them, so that they are under the chain. They
 * cannot be held against the time of the note itself, which is the database's: a step may wait for a worker for as long
 * as one is away, and the instant is that at which it was asked for.
 */
export type NotedInstant = 'Opened' | 'Applied' | 'Closed';

/** @param at ISO instant. @returns a sentence for the end of a note, with a space before it */
export function instantWords(what: NotedInstant, at: string): string {
  return ` ${what} ${at}.`;
}

/** The instant that a note names, by `Date.parse`; null: none, as in notes from before they named instants. */
export function instantNamedIn(body: string, what: NotedInstant): number | null {
  // What follows is free text.
  const [own = ''] = body.split(' Reason: ', 1);
  const found = new RegExp(` ${what} (\\d{4}-\\d\\d-\\d\\dT[\\d:.]+Z)\\.`).exec(own)?.[1];
  return found === undefined ? null : Date.parse(found);
}

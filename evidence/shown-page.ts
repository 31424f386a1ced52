/** The page of a link, sentence by sentence, as it was when the customer agreed (`shownWords` of the consent page). */
export function shownPage(details: Readonly<Record<string, unknown>>): string[] | undefined {
  const shown = details['shown'];
  const words =
    typeof shown === 'object' && shown !== null ? (shown as { words?: unknown }).words : undefined;
  return typeof words === 'string' ? words.split('\n') : undefined;
}

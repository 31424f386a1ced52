const MASK = '***';
const NOTHING = '(?!)';

const EMAIL = /[^\s@<>(),;:"]+@[^\s@<>(),;:"]+\.[^\s@<>(),;:".]+/g;
/** Ten digits or more, or eight after a plus, written as people write numbers; no date, time, id or amount. */
const PHONE =
  /(?<![\w.:-])(?!\d{4}-\d{2}-\d{2}\b)(?:\+(?:[ ()./-]*\d){8,15}|\(?\d(?:[ ()./-]*\d){9,14})(?![\w:]|-\w|\.\d)/g;

/** So many letters and digits stand by chance in words, ids and hashes: such a value counts as a word of its own. */
const SHORT = 5;
/** "No" is a name, and "no" is a word: so short, it counts only as it is written. Shorter ones identify nobody. */
const SHORTEST = 2;

/**
 * Free text for roles that see no contact data: the customer's own, and whatever looks like an email address or a
 * telephone number, becomes `***`. Names of other people cannot be known and stay.
 * @param known every name, address, email address and account number that the customer has or had, in any order
 */
export function maskContactData(text: string, known: readonly string[]): string {
  const values = known.map((value) => value.trim()).filter((value) => sizeOf(value) >= SHORTEST);
  return [
    masking(
      values.filter((value) => sizeOf(value) > SHORTEST),
      'giu',
    ),
    masking(
      values.filter((value) => sizeOf(value) === SHORTEST),
      'gu',
    ),
    EMAIL,
    PHONE,
  ].reduce((masked, pattern) => masked.replace(pattern, MASK), text);
}

/** Letters and digits: what a value without any stands for is not known ("-"), and it stands in every id. */
function sizeOf(value: string): number {
  return value.match(/[\p{L}\p{N}]/gu)?.length ?? 0;
}

/** Longest first: of "Zoë O'Brien-Smith" not half stays when "Zoë O'Brien" is known too. */
function masking(values: readonly string[], flags: string): RegExp {
  const patterns = values
    .toSorted((a, b) => b.length - a.length)
    .map((value) => {
      const literally = value.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&');
      return sizeOf(value) < SHORT ? `(?<![\\p{L}\\p{N}])${literally}(?![\\p{L}\\p{N}])` : literally;
    });
  return new RegExp(patterns.join('|') || NOTHING, flags);
}

/** `zoe.obrien@example.com` → `z***@example.com`: enough to ask whether it is still right. */
export function maskEmail(email: string): string {
  const at = email.lastIndexOf('@');
  return `${email.slice(0, 1)}***${email.slice(at)}`;
}

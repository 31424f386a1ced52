/** The first and the last UUID that begin so, whether the dashes were typed or not: an index finds what is between. */
export function idsBeginning(typed: string): { readonly first: string; readonly last: string } {
  const digits = typed.toLowerCase().replaceAll('-', '').slice(0, 32);
  return { first: dashed(digits.padEnd(32, '0')), last: dashed(digits.padEnd(32, 'f')) };
}

function dashed(digits: string): string {
  return digits.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}

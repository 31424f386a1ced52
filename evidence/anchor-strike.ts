import { z } from 'zod';
import { canonicalJson } from '../domain/canonical-json.ts';
import { isSignedByOneOf, type PublicKey, type SigningKey } from './signing-key.ts';

const hash = z.string().regex(/^[0-9a-f]{64}$/);

/** A row of the database that was struck out: it was no anchor of the company, or was not to be one. */
const struckAnchor = z.strictObject({
  number: z.number().int().min(1),
  /** SHA-256 of the row as it stood: of an anchor its `sealedHash`. */
  hash,
  reason: z.string(),
  struckAt: z.iso.datetime(),
  /** The role of the database that did it. */
  struckBy: z.string(),
});
export type StruckAnchor = z.output<typeof struckAnchor>;

/** The line by which the file outside tells of it. The struck anchor's own line stays where it is, if there is one. */
export const sealedStrike = z.strictObject({
  strike: struckAnchor.extend({
    format: z.literal('plan-change-anchor-strike/1'),
    writtenAt: z.iso.datetime(),
  }),
  signature: z.strictObject({ keyId: hash, value: z.string().regex(/^[0-9a-f]{128}$/) }),
});
export type SealedStrike = z.output<typeof sealedStrike>;

/** @param writtenAt the instant of signing, which may be of another key's time than the striking was */
export function sealStrike(key: SigningKey, struck: StruckAnchor, writtenAt: string): SealedStrike {
  const strike = { format: 'plan-change-anchor-strike/1', ...struck, writtenAt } as const;
  return { strike, signature: { keyId: key.keyId, value: key.sign(canonicalJson(strike)) } };
}

/** Whether one of these keys signed the line, when it counted. */
export function isStrikeSigned({ strike, signature }: SealedStrike, keys: readonly PublicKey[]): boolean {
  return isSignedByOneOf(keys, signature, canonicalJson(strike), strike.writtenAt);
}

/** Those of the first that are none of the second. */
export function strikesWithout<T extends StruckAnchor>(
  strikes: readonly T[],
  others: readonly StruckAnchor[],
): T[] {
  const known = new Set(others.map(nameOf));
  return strikes.filter((strike) => !known.has(nameOf(strike)));
}

function nameOf({ number, hash: of, reason, struckAt, struckBy }: StruckAnchor): string {
  return canonicalJson([number, of, reason, struckAt, struckBy]);
}

import type { Knex } from 'knex';
import {
  AnchorRowError,
  AnchorSignerError,
  currentHeads,
  headsAt,
  headsOfAnchor,
  insertAnchor,
  latestAnchor,
  listAnchors,
  listStruckAnchors,
  lockAnchors,
} from '../db/stores/note-anchors.ts';
import { canonicalJson } from '../domain/canonical-json.ts';
import { appendAnchors, readFittingFile, type StoredAnchors } from '../evidence/anchor-file.ts';
import { sealStrike } from '../evidence/anchor-strike.ts';
import { merkleRoot } from '../evidence/merkle-tree.ts';
import {
  isAnchorSigned,
  leavesOf,
  sealAnchor,
  type ChainHead,
  type SealedAnchor,
} from '../evidence/note-anchor.ts';
import type { PublicKey, SigningKey } from '../evidence/signing-key.ts';

export interface AnchoringDeps {
  readonly knex: Knex;
  readonly key: SigningKey;
  /** Keys that signed before; none unless given. */
  readonly retired?: readonly PublicKey[];
  /** The folder that is shipped to storage where nobody can change it. */
  readonly folder: string;
}

/** `made`: it is new. `appended`: lines that the file outside lacked. */
export interface Anchored {
  /** Undefined before the first note of any account: there is nothing to anchor. */
  readonly latest: SealedAnchor | undefined;
  readonly made: boolean;
  readonly appended: number;
}

/**
 * Sees to it that there is an anchor of this UTC day over the chain heads of all accounts, and that the file
 * outside has every anchor. It may be run at any time, by several processes at once: the second finds the first
 * one's. Row first, file second: a crash between the two is made up for by the next run, and no row is added before
 * it is known that the file goes with those that are there.
 * Throws AnchorFileError when database and file tell different things, and AnchorRowError when the newest row is no
 * anchor of the company or the key does not count yet; nothing is written then.
 * @param options.anew takes one even if the day has one
 */
export async function anchorNotes(
  { knex, key, retired = [], folder }: AnchoringDeps,
  options: { readonly now?: Date; readonly anew?: boolean } = {},
): Promise<Anchored> {
  const keys = [key, ...retired];
  const takenAt = (options.now ?? new Date()).toISOString();
  const made = await knex.transaction(async (trx) => {
    await lockAnchors(trx);
    const before = await latestAnchor(trx, keys);
    if (before && options.anew !== true && before.anchor.date >= takenAt.slice(0, 10)) return undefined;
    const heads = await currentHeads(trx);
    if (heads.length === 0) return undefined;
    await readFittingFile(folder, await stored(trx, keys));
    const known = new Map(
      (before ? await anchoredHeads(trx, before) : []).map(({ customerId, hash }) => [customerId, hash]),
    );
    const sealed = sealAnchor(key, heads, before, takenAt);
    if (!isAnchorSigned(sealed, keys)) throw new AnchorSignerError('The anchor of today', sealed);
    const { number, date } = sealed.anchor;
    await insertAnchor(
      trx,
      { number, date, sealed: canonicalJson(sealed) },
      heads.filter(({ customerId, hash }) => known.get(customerId) !== hash),
    );
    return sealed;
  });
  return knex.transaction(async (trx) => {
    await lockAnchors(trx);
    const all = await stored(trx, keys);
    const appended = await appendAnchors(folder, all, {
      headsOf: (number) => headsOfAnchor(trx, number),
      seal: (struck) => sealStrike(key, struck, takenAt),
    });
    return { latest: all.anchors.at(-1), made: made !== undefined, appended };
  });
}

async function stored(trx: Knex.Transaction, keys: readonly PublicKey[]): Promise<StoredAnchors> {
  return { anchors: await listAnchors(trx, keys), struck: await listStruckAnchors(trx) };
}

/** The heads under an anchor. They are rows that nobody signed: throws AnchorRowError when they do not make its root. */
async function anchoredHeads(
  trx: Knex.Transaction,
  { anchor: { number, root } }: SealedAnchor,
): Promise<ChainHead[]> {
  const heads = await headsAt(trx, number);
  if (merkleRoot(leavesOf(heads)) === root) return heads;
  throw new AnchorRowError(
    `The heads of anchor ${number} in the database are not those under its root: somebody altered them. Run npm run audit.`,
  );
}

import type { AnchorLine } from '../../../evidence/anchor-file.ts';
import { readAnchorFile } from '../../../evidence/anchor-file.ts';
import { merkleRoot } from '../../../evidence/merkle-tree.ts';
import type { ChainHead } from '../../../evidence/note-anchor.ts';
import { isAnchorSigned, leavesOf, NO_ANCHOR_BEFORE, sealedHash } from '../../../evidence/note-anchor.ts';
import { canonicalJson } from '../../../domain/canonical-json.ts';
import type { PublicKey } from '../../../evidence/signing-key.ts';
import type { Check, CheckContext, Finding } from '../check.ts';
import { finding } from '../check.ts';
import { appendOnlyForApp, guardsInForce } from './guards.ts';

const ID = 'I9 anchors';

export interface AnchorSource {
  /** The folder of the file outside, or its copy from where nobody can change it; undefined: not given. */
  readonly folder: string | undefined;
  /** The company's public keys. */
  readonly keys: readonly PublicKey[];
}

/**
 * The present chains go on from what was anchored. Whoever may do anything in the database can make a chain that
 * verifies by itself; the heads in the file outside are of the chain as it was, and signed.
 */
export function noteAnchors(source: AnchorSource): Check {
  return {
    id: ID,
    title: 'every chain of notes goes on from what was anchored outside the database',
    run: async (context) => [
      ...(await guardsInForce(context, ID, [
        { kind: 'trigger', table: 'note_anchors', name: 'note_anchors_append_only' },
        { kind: 'trigger', table: 'note_anchor_heads', name: 'note_anchor_heads_append_only' },
      ])),
      ...(await appendOnlyForApp(context, ID, ['note_anchors', 'note_anchor_heads'])),
      ...(source.folder === undefined
        ? unchecked(context)
        : await compare(context, await readAnchorFile(source.folder), source.keys)),
    ],
  };
}

function unchecked(context: CheckContext): Finding[] {
  context.unchecked('the anchors: no folder with their file was given', 1);
  return [];
}

async function compare(
  context: CheckContext,
  lines: readonly AnchorLine[],
  keys: readonly PublicKey[],
): Promise<Finding[]> {
  context.looked(lines.length);
  if (keys.length === 0)
    context.unchecked('the signatures of anchors: no public key was given', lines.length);
  const heads = new Map<string, ChainHead>();
  const findings: Finding[] = [];
  for (const [index, { sealed, heads: moved }] of lines.entries()) {
    const { number, previous, root, accounts } = sealed.anchor;
    const before = lines[index - 1];
    for (const head of moved) heads.set(head.customerId, head);
    const say = (isWrong: boolean, what: string): void => {
      if (isWrong) findings.push(finding(ID, `anchor ${number} ${what}`));
    };
    say(keys.length > 0 && !isAnchorSigned(sealed, keys), 'is not signed by a key of the company');
    say(
      number !== index + 1 || previous !== (before ? sealedHash(before.sealed) : NO_ANCHOR_BEFORE),
      'does not follow the one before: one is missing or was altered',
    );
    say(
      heads.size !== accounts || merkleRoot(leavesOf([...heads.values()])) !== root,
      'has other heads in the file than under its root',
    );
  }
  return [
    ...findings,
    ...(await rewritten(
      context,
      lines.flatMap((line) => line.heads),
    )),
    ...(await lookupDiffers(context, lines)),
  ];
}

/** A head that was anchored once must be in the chain for ever. */
async function rewritten(context: CheckContext, heads: readonly ChainHead[]): Promise<Finding[]> {
  const gone = await context.query<{ customer_id: string; sequence: number }>(
    `SELECT h."customerId" AS customer_id, min(h.sequence)::int AS sequence
     FROM jsonb_to_recordset($1::jsonb) AS h ("customerId" uuid, sequence bigint, hash text)
     WHERE NOT EXISTS (SELECT 1 FROM account_notes n
       WHERE (n.customer_id, n.sequence, n.hash) = (h."customerId", h.sequence, h.hash))
     GROUP BY h."customerId" ORDER BY 1`,
    [JSON.stringify(heads)],
  );
  context.looked(heads.length);
  return gone.map(({ customer_id, sequence }) =>
    finding(ID, `note ${sequence}, or one before it, is not the one that was anchored`, { customer_id }),
  );
}

/** The rows for lookup say what the file says; the last ones may not be in the file yet. */
async function lookupDiffers(context: CheckContext, lines: readonly AnchorLine[]): Promise<Finding[]> {
  const rows = await context.query<{ number: number; sealed: string }>(
    'SELECT number, sealed FROM note_anchors ORDER BY number',
  );
  context.counted('anchors that are not in the file yet', Math.max(0, rows.length - lines.length));
  return lines.flatMap(({ sealed }, index) =>
    rows[index]?.sealed === canonicalJson(sealed)
      ? []
      : [finding(ID, `anchor ${sealed.anchor.number} of the file is not in the database`)],
  );
}

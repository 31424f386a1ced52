import { canonicalJson } from '../../../domain/canonical-json.ts';
import { STRUCK_ANCHORS, struckOf, type StruckRow } from '../../../db/stores/note-anchors.ts';
import {
  AnchorFileError,
  anchorsInForce,
  readAnchorFile,
  type AnchorLine,
  type FileLine,
} from '../../../evidence/anchor-file.ts';
import { strikesWithout, type StruckAnchor } from '../../../evidence/anchor-strike.ts';
import type { ChainHead, SealedAnchor } from '../../../evidence/note-anchor.ts';
import { isAnchorSigned, readSealedAnchor } from '../../../evidence/note-anchor.ts';
import type { PublicKey } from '../../../evidence/signing-key.ts';
import type { Check, CheckContext, Finding } from '../check.ts';
import { finding } from '../check.ts';
import { readFileOfAnchors } from './anchors-of-the-file.ts';
import { appendOnlyForApp, guardsInForce } from './guards.ts';

const ID = 'I9 anchors';

/** A day, and the time in which the API tries again what did not get through. */
const OVERDUE_HOURS = 26;
/** Minutes: the API writes the file right after the row, and again with its next sweep. */
const ON_ITS_WAY = 15;

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
        { kind: 'trigger', table: 'note_anchors', name: 'note_anchors_in_order' },
        { kind: 'constraint', table: 'note_anchors', name: 'note_anchors_as_sealed' },
        { kind: 'trigger', table: 'note_anchor_heads', name: 'note_anchor_heads_append_only' },
        { kind: 'trigger', table: 'struck_note_anchors', name: 'struck_note_anchors_append_only' },
      ])),
      ...(await appendOnlyForApp(context, ID, ['note_anchors', 'note_anchor_heads', 'struck_note_anchors'])),
      ...(await compareAll(context, source)),
    ],
  };
}

async function compareAll(context: CheckContext, { folder, keys }: AnchorSource): Promise<Finding[]> {
  const rows = await readRows(context);
  const findings = rowsThatAreNone(rows, keys);
  const last = rows.at(-1);
  const newest = last && readSealedAnchor(last.sealed);
  if (folder === undefined) {
    context.unchecked('the anchors: no folder with their file was given', 1, 'anchors');
    return newest ? [...findings, ...(await overdue(context, newest))] : findings;
  }
  const lines = await linesOf(folder);
  if (lines instanceof AnchorFileError)
    return [...findings, finding(ID, lines.message), ...(await overdue(context, newest))];
  return [
    ...findings,
    ...(await compare(context, { lines, rows, keys })),
    ...(await overdue(context, newest ?? anchorsInForce(lines).at(-1)?.sealed)),
  ];
}

async function linesOf(folder: string): Promise<FileLine[] | AnchorFileError> {
  try {
    return await readAnchorFile(folder);
  } catch (error) {
    if (error instanceof AnchorFileError) return error;
    throw error;
  }
}

async function compare(
  context: CheckContext,
  {
    lines,
    rows,
    keys,
  }: {
    readonly lines: readonly FileLine[];
    readonly rows: readonly AnchorRow[];
    readonly keys: readonly PublicKey[];
  },
): Promise<Finding[]> {
  context.looked(lines.length);
  if (keys.length === 0)
    context.unchecked('the signatures of anchors: no public key was given', lines.length, 'signatures');
  const stored = rows.map(({ sealed }) => sealed);
  const { altered, problems, heads } = readFileOfAnchors(lines, stored, keys);
  const struck = await readStruck(context);
  const told = lines.flatMap((line) => ('strike' in line ? [line.strike] : []));
  const untold = strikesWithout(struck, told);
  // Until the file is as it was signed, what it says beside the database is said by whoever altered it.
  const beside =
    altered.length > 0
      ? [`the file was altered: ${altered.join(', ')}. Put back the shipped copy`]
      : [
          ...strikesDiffer(untold, strikesWithout(told, struck)),
          ...lookupDiffers(anchorsInForce([...lines, ...untold.map((strike) => ({ strike }))]), rows),
        ];
  return [...[...problems, ...beside].map((what) => finding(ID, what)), ...(await rewritten(context, heads))];
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

interface AnchorRow {
  readonly number: number;
  readonly day: string;
  readonly sealed: string;
  /** Since this long, by the database's clock. */
  readonly minutes: number | null;
}

/** All rows for lookup; one that is no anchor was not written by the product. */
async function readRows(context: CheckContext): Promise<readonly AnchorRow[]> {
  const rows = await context.query<Omit<AnchorRow, 'minutes'> & { now: number }>(
    `SELECT number, anchored_on::text AS day, sealed, extract(epoch FROM now())::float8 AS now
     FROM note_anchors ORDER BY number`,
  );
  context.looked(rows.length);
  return rows.map(({ now, ...row }) => {
    const takenAt = readSealedAnchor(row.sealed)?.anchor.takenAt;
    return { ...row, minutes: takenAt === undefined ? null : (now - Date.parse(takenAt) / 1000) / 60 };
  });
}

function rowsThatAreNone(rows: readonly AnchorRow[], keys: readonly PublicKey[]): Finding[] {
  return rows.flatMap(({ number, day, sealed }, index) => {
    const read = readSealedAnchor(sealed);
    if (read?.anchor.number !== number || read.anchor.date !== day || number !== index + 1)
      return [finding(ID, `row ${number} of note_anchors is no anchor, or one before it is missing`)];
    return keys.length > 0 && !isAnchorSigned(read, keys)
      ? [finding(ID, `row ${number} of note_anchors is not signed by a key of the company`)]
      : [];
  });
}

/** The rows for lookup say what the file says, and the file has every one of them. */
function lookupDiffers(lines: readonly AnchorLine[], rows: readonly AnchorRow[]): string[] {
  const notInRows = lines.flatMap(({ sealed }, index) =>
    rows[index]?.sealed === canonicalJson(sealed)
      ? []
      : [`anchor ${sealed.anchor.number} of the file is not in the database`],
  );
  // The row is written first: the newest one may be on its way.
  const notInFile = rows
    .slice(lines.length)
    .filter(
      ({ minutes }, index, { length }) => index < length - 1 || minutes === null || minutes > ON_ITS_WAY,
    )
    .map(({ number }) => number);
  return notInFile.length === 0
    ? notInRows
    : [
        ...notInRows,
        `the file was cut or emptied, or is away: it lacks anchor ${notInFile.join(', ')} of the database`,
      ];
}

interface StruckAgo extends StruckAnchor {
  readonly minutes: number;
}

async function readStruck(context: CheckContext): Promise<StruckAgo[]> {
  const rows = await context.query<StruckRow & { minutes: number }>(
    `SELECT *, (extract(epoch FROM now() - "struckAt"::timestamptz) / 60)::float8 AS minutes FROM (${STRUCK_ANCHORS}) AS struck`,
  );
  context.looked(rows.length);
  context.counted('anchors that were struck out: the file says of each when and why', rows.length);
  return rows.map(({ minutes, ...row }) => ({ ...struckOf(row), minutes }));
}

/** Whoever strikes an anchor out leaves a trace in the file too, which nobody can take back. */
function strikesDiffer(untold: readonly StruckAgo[], unknown: readonly StruckAnchor[]): string[] {
  return [
    ...untold
      .filter(({ minutes }) => minutes > ON_ITS_WAY)
      .map(
        ({ number }) =>
          `anchor ${number} was struck out of the database, and the file does not say so: npm run anchor writes it`,
      ),
    ...unknown.map(
      ({ number }) =>
        `the file says that anchor ${number} was struck out, and the database has no word of it`,
    ),
  ];
}

/** Notes that no anchor covers, though the day has passed on which one was due. */
async function overdue(context: CheckContext, newest: SealedAnchor | undefined): Promise<Finding[]> {
  const [found] = await context.query<{ is_overdue: boolean; is_to_come: boolean }>(
    `SELECT EXISTS (SELECT 1 FROM account_notes n WHERE $1::timestamptz IS NULL
         AND n.created_at < now() - make_interval(hours => $2))
       OR $1::timestamptz < now() - make_interval(hours => $2)
         AND EXISTS (SELECT 1 FROM account_notes n WHERE n.created_at > $1::timestamptz) AS is_overdue,
       coalesce($1::timestamptz > now() + interval '1 hour', false) AS is_to_come`,
    [newest?.anchor.takenAt ?? null, OVERDUE_HOURS],
  );
  if (found?.is_to_come)
    return [finding(ID, 'the newest anchor is of a time to come: none is taken until then')];
  if (!found?.is_overdue) return [];
  const last = newest ? `anchor ${newest.anchor.number} is the newest` : 'there is none at all';
  return [
    finding(
      ID,
      `no anchor was taken for more than ${OVERDUE_HOURS} hours, and there are newer notes: ${last}`,
    ),
  ];
}

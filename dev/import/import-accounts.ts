import type { Knex } from 'knex';
import { parseChurnRow, RowRefused, type ChurnRow } from './churn-row.ts';
import { insertAccounts } from './insert-accounts.ts';
import { makeAccount } from './make-account.ts';
import type { FileRow } from './read-rows.ts';
import { seedCatalogue } from '../seed/seed-catalogue.ts';

export interface RefusedRow {
  readonly line: number;
  /** As in the file, where the line has one. */
  readonly accountNumber: string | null;
  readonly reason: string;
}

export interface ImportResult {
  readonly loaded: number;
  readonly alreadyThere: number;
  readonly refused: readonly RefusedRow[];
}

export interface ImportOptions {
  /** ISO instant that ages are counted from; the present unless a test says otherwise. */
  readonly now?: string;
  readonly batchSize?: number;
  /** Told after each committed batch how many rows have been dealt with. */
  readonly onProgress?: (done: number) => void;
}

interface NumberedRow {
  readonly line: number;
  readonly row: ChurnRow;
}

/**
 * Loads accounts in batches of one transaction each. It can be killed and run again, also over a part of the
 * file or beside another import: an account is known by its number, and what is there is left alone. The
 * catalogue that the accounts need is published first where it is missing.
 * @param knex a connection of the migrator
 */
export async function importAccounts(
  knex: Knex,
  rows: AsyncIterable<FileRow>,
  options: ImportOptions = {},
): Promise<ImportResult> {
  const { now = new Date().toISOString(), batchSize = 500, onProgress } = options;
  const refused: RefusedRow[] = [];
  const firstLines = new Map<string, number>();
  let loaded = 0;
  let alreadyThere = 0;
  let batch: NumberedRow[] = [];

  async function flush(): Promise<void> {
    const outcome = await loadBatch(knex, batch, now);
    batch = [];
    loaded += outcome.loaded;
    alreadyThere += outcome.alreadyThere;
    refused.push(...outcome.refused);
    onProgress?.(loaded + alreadyThere + refused.length);
  }

  await seedCatalogue(knex);
  for await (const item of rows) {
    const taken = take(item, firstLines);
    if ('reason' in taken) refused.push(taken);
    else batch.push(taken);
    if (batch.length === batchSize) await flush();
  }
  if (batch.length > 0) await flush();
  return { loaded, alreadyThere, refused: refused.toSorted((a, b) => a.line - b.line) };
}

function take(item: FileRow, firstLines: Map<string, number>): NumberedRow | RefusedRow {
  const { line } = item;
  if ('problem' in item) return { line, accountNumber: null, reason: item.problem };
  const accountNumber = item.record['customerID']?.slice(0, 40) ?? '';
  const refusal = (reason: string): RefusedRow => ({ line, accountNumber: accountNumber || null, reason });
  try {
    const row = parseChurnRow(item.record);
    const firstLine = firstLines.get(row.accountKey);
    if (firstLine !== undefined) return refusal(`the same customerID is on line ${firstLine}`);
    firstLines.set(row.accountKey, line);
    return { line, row };
  } catch (error) {
    if (error instanceof RowRefused) return refusal(error.message);
    throw error;
  }
}

async function loadBatch(knex: Knex, batch: readonly NumberedRow[], now: string): Promise<ImportResult> {
  const known = await knex('customers')
    .whereIn(
      'account_key',
      batch.map(({ row }) => row.accountKey),
    )
    .select<{ account_key: string; account_number: string }[]>('account_key', 'account_number');
  const numbers = new Map(known.map((customer) => [customer.account_key, customer.account_number]));
  const fresh = batch.filter(({ row }) => !numbers.has(row.accountKey));
  const refused = batch.flatMap(({ line, row }): RefusedRow[] => {
    const taken = numbers.get(row.accountKey) ?? row.accountNumber;
    if (taken === row.accountNumber) return [];
    return [
      { line, accountNumber: row.accountNumber, reason: `is account ${taken} but for case or punctuation` },
    ];
  });

  const accounts = fresh.map(({ row }) => makeAccount(row, now));
  const inserted = accounts.length > 0 ? await insertAccounts(knex, accounts) : [];
  return {
    loaded: inserted.length,
    alreadyThere: batch.length - inserted.length - refused.length,
    refused,
  };
}

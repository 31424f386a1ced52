import { writeFile } from 'node:fs/promises';
import type { ImportResult, RefusedRow } from './import-accounts.ts';
import { ImportError } from './import-error.ts';

const SHOWN = 50;

/** What came of the import, for a person: totals, then the refused rows (the first 50) as a table. */
export function formatReport(file: string, result: ImportResult, elapsedMs: number): string {
  const { loaded, alreadyThere, refused } = result;
  const totals =
    `${file}: ${count(loaded, 'account')} loaded, ${number(alreadyThere)} already there, ` +
    `${count(refused.length, 'row')} refused (${(elapsedMs / 1000).toFixed(1)} s).`;
  if (refused.length === 0) return totals;
  const hidden = refused.length - SHOWN;
  const rest = hidden > 0 ? [`… and ${count(hidden, 'more row')}: --report FILE writes them all.`] : [];
  return [totals, '', ...table(refused.slice(0, SHOWN)), ...rest].join('\n');
}

/** The same as JSON, complete: `{file, loaded, alreadyThere, refused: [{line, accountNumber, reason}]}`. */
export async function writeReport(reportFile: string, file: string, result: ImportResult): Promise<void> {
  try {
    await writeFile(reportFile, `${JSON.stringify({ file, ...result }, null, 2)}\n`);
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown error';
    throw new ImportError(`The import is done, but the report ${reportFile} cannot be written (${code}).`);
  }
}

function table(refused: readonly RefusedRow[]): string[] {
  const cells = refused.map((row) => [
    String(row.line),
    printable(row.accountNumber ?? '—'),
    printable(row.reason),
  ]);
  const [lines, accounts] = [0, 1].map((column) =>
    Math.max(...cells.map((row) => row[column]?.length ?? 0), 7),
  );
  return [['line', 'account', 'why it was refused'], ...cells].map(
    ([line = '', account = '', reason = '']) =>
      `${line.padStart(lines ?? 0)}  ${account.padEnd(accounts ?? 0)}  ${reason}`,
  );
}

/** The file's own text must not steer the terminal. */
function printable(text: string): string {
  return text.replaceAll(/\p{C}/gu, '·');
}

function count(n: number, noun: string): string {
  return `${number(n)} ${noun}${n === 1 ? '' : 's'}`;
}

function number(n: number): string {
  return n.toLocaleString('en-US');
}

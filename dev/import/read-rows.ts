import { stat } from 'node:fs/promises';
import { CsvError, parse } from 'csv-parse/sync';
import { NEEDED_COLUMNS } from './churn-row.ts';
import { ImportError } from './import-error.ts';
import { readLines, type Line } from './read-lines.ts';

/** A line of the file: its values by column, or why it could not be taken apart. */
export type FileRow =
  | { readonly line: number; readonly record: Readonly<Record<string, string>> }
  | { readonly line: number; readonly problem: string };

const LONGEST_LINE = 64 * 1024;

/**
 * Streams a CSV file: header first, then one item per line that is not empty, numbered as an editor numbers
 * them. Each line is parsed by itself, so a stray quote costs that line and not the rest of the file.
 * @param onBytes told how many bytes of how many have been read, for a progress display
 * @throws ImportError when the file cannot be read or has no header with the needed columns
 */
export async function* readRows(
  file: string,
  onBytes?: (read: number, total: number) => void,
): AsyncGenerator<FileRow, void, undefined> {
  let header: readonly string[] | undefined;
  try {
    const { size } = await stat(file);
    for await (const line of readLines(file, LONGEST_LINE, (read) => onBytes?.(read, size))) {
      if (header === undefined) header = headerOf(file, line);
      else if (line.text !== '') yield rowOf(header, line);
    }
  } catch (error) {
    throw isSystemError(error) ? unreadable(file, error) : error;
  }
  if (header === undefined) headerOf(file, { number: 1, text: '' });
}

function rowOf(header: readonly string[], { number: line, text }: Line): FileRow {
  if (text === undefined) return { line, problem: `is longer than ${LONGEST_LINE} characters` };
  const values = valuesOf(text);
  if (values === undefined) return { line, problem: 'has a quote that is not closed or in the wrong place' };
  if (values.length !== header.length) {
    return { line, problem: `has ${values.length} columns, the header has ${header.length}` };
  }
  return { line, record: Object.fromEntries(header.map((column, at) => [column, values[at] ?? ''])) };
}

function valuesOf(text: string): string[] | undefined {
  try {
    return parse(text, { relax_column_count: true })[0] ?? [];
  } catch (error) {
    if (error instanceof CsvError) return undefined;
    throw error;
  }
}

function headerOf(file: string, { text }: Line): readonly string[] {
  const header = (text === undefined ? [] : (valuesOf(text) ?? [])).map((column) => column.trim());
  const missing = NEEDED_COLUMNS.filter((column) => !header.includes(column));
  if (missing.length === 0) return header;
  const what = missing.length === NEEDED_COLUMNS.length ? 'is not' : `lacks the column ${missing.join(', ')}`;
  throw new ImportError(
    `${file} cannot be imported: its first line must be the header (customerID, tenure, …), and it ${what}.`,
  );
}

function unreadable(file: string, error: NodeJS.ErrnoException): ImportError {
  if (error.code === 'ENOENT') return new ImportError(`There is no file ${file}.`);
  if (error.code === 'EISDIR') return new ImportError(`${file} is a folder; give the CSV file itself.`);
  return new ImportError(`${file} cannot be read (${error.code ?? error.message}).`);
}

function isSystemError(error: unknown): error is NodeJS.ErrnoException {
  return error instanceof Error && 'syscall' in error;
}

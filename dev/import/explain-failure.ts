import { ImportError } from './import-error.ts';

const ADVICE: Readonly<Record<string, string>> = {
  '28P01': 'The database refused the password: check --database.',
  '28000': 'The database refused this role: check --database.',
  '3D000': 'There is no such database: check the name at the end of --database.',
  '42501': 'This role may not make customers: give the migrator of the database.',
  '42P01': 'The database has no tables of this system: run its migrations first (`npm start` does).',
  '53100': 'The disk of the database is full.',
};
const UNREACHABLE = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'ENOTFOUND',
  'EAI_AGAIN',
  'ETIMEDOUT',
  'EHOSTUNREACH',
  'EPIPE',
]);

/** One sentence for the person who ran the import. The database's own words are kept out: they may quote rows. */
export function explainFailure(error: unknown): string {
  if (error instanceof ImportError) return error.message;
  const code = codeOf(error);
  if (code !== undefined && Object.hasOwn(ADVICE, code)) return ADVICE[code] ?? code;
  if ((code !== undefined && UNREACHABLE.has(code)) || code?.startsWith('08') || code?.startsWith('57P')) {
    return `The database cannot be reached (${code}).`;
  }
  if (error instanceof Error && /timeout|connection terminated/i.test(error.message)) {
    return 'The database does not answer.';
  }
  return `The import failed (${code ?? (error instanceof Error ? error.name : 'unknown error')}).`;
}

function codeOf(error: unknown): string | undefined {
  if (error instanceof AggregateError) return codeOf(error.errors[0]);
  if (!(error instanceof Error)) return undefined;
  if ('code' in error && typeof error.code === 'string') return error.code;
  return codeOf(error.cause);
}

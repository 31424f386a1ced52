/** An audit that cannot run; the message is one sentence that says why and what to do. */
export class AuditError extends Error {
  override readonly name = 'AuditError';
}

const ADVICE: Readonly<Record<string, string>> = {
  '28P01': 'The database refused the password: check --database.',
  '28000': 'The database refused this role: check --database.',
  '3D000': 'There is no such database: check the name at the end of --database.',
  '42501':
    'This role may not read all tables: give the auditor or the app role of the database with --database.',
  '42P01': 'The database lacks tables of this system: bring it up to date first with `npm run migrate`.',
  '42703': 'The database lacks columns of this system: bring it up to date first with `npm run migrate`.',
  ENOENT: 'A file is not there: check --bundle, and the folder of --json.',
  '57014': 'A statement took more than five minutes: audit a copy of the database, or when less is going on.',
};
const UNREACHABLE = /^(ECONN|ENOTFOUND|EAI_|ETIMEDOUT|EHOSTUNREACH|EPIPE|08|57P)/;

/**
 * One sentence on why something could not be read, with the next step. The database's own words are kept out:
 * they may quote rows.
 */
export function explainFailure(error: unknown): string {
  if (error instanceof AuditError) return error.message;
  const code = codeOf(error);
  if (code !== undefined && Object.hasOwn(ADVICE, code)) return ADVICE[code] ?? code;
  if (code !== undefined && UNREACHABLE.test(code))
    return `The database cannot be reached (${code}): start the system with \`npm start\`, or check --database.`;
  if (error instanceof Error && /timeout|connection terminated/i.test(error.message))
    return 'The database does not answer: see whether it is up, and run the audit again.';
  const name = code ?? (error instanceof Error ? error.name : 'unknown error');
  return `Something failed that has no explanation (${name}): run the audit again with DEBUG=1 to see where.`;
}

function codeOf(error: unknown): string | undefined {
  if (error instanceof AggregateError) return codeOf(error.errors[0]);
  if (!(error instanceof Error)) return undefined;
  if ('code' in error && typeof error.code === 'string') return error.code;
  return codeOf(error.cause);
}

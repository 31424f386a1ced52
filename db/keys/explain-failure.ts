import { KeysError } from './agents-and-keys.ts';

const ADVICE: Readonly<Record<string, string>> = {
  '28P01': 'The database refused the password: check --database.',
  '28000': 'The database refused this role: check --database.',
  '3D000': 'There is no such database: check the name at the end of --database.',
  '42501': 'This role may not do that: give the owner or the migrator of the database.',
  '42P01': 'The database has no tables of this system: run its migrations first (`npm start` does).',
  '42703': 'The database lacks columns of this version: run its migrations first (`npm start` does).',
};

/** One sentence for the person at the command. The database's own words stay out: they may quote rows. */
export function explainFailure(error: unknown): string {
  if (error instanceof KeysError) return error.message;
  const code = codeOf(error);
  const advice = code === undefined ? undefined : ADVICE[code];
  if (advice !== undefined) return advice;
  if (code !== undefined && /^(E[A-Z_]+|08...|57P..)$/.test(code))
    return `The database cannot be reached (${code}).`;
  return error instanceof Error && error.name.endsWith('Error') && code === undefined
    ? error.message
    : `It failed (${code ?? 'unknown error'}).`;
}

function codeOf(error: unknown): string | undefined {
  if (error instanceof AggregateError) return codeOf(error.errors[0]);
  if (!(error instanceof Error)) return undefined;
  if ('code' in error && typeof error.code === 'string') return error.code;
  return codeOf(error.cause);
}

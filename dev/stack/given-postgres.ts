import { POSTGRES_MAJOR } from './postgres-binaries.ts';
import { withConnection } from './postgres.ts';
import { StartError } from './start-error.ts';

const CHECK = `
  SELECT current_setting('server_version_num')::int / 10000 AS major,
         (rolsuper OR rolcreaterole) AND has_database_privilege(current_database(), 'CREATE') AS may
  FROM pg_roles WHERE rolname = current_user`;

/**
 * Checks the server of DATABASE_URL: there, let in, new enough, and the role may make roles and create in the
 * database. Throws StartError with one sentence; the password appears in none.
 */
export async function checkGivenPostgres(databaseUrl: string): Promise<void> {
  const url = new URL(databaseUrl);
  const place = `${url.hostname}:${url.port || '5432'}`;
  const [user, database] = [decodeURIComponent(url.username), decodeURIComponent(url.pathname.slice(1))];
  const found = await withConnection(databaseUrl, async (client) => {
    const { rows } = await client.query<{ major: number; may: boolean }>(CHECK);
    return rows[0];
  }).catch((error: unknown) => {
    throw explainConnection(error, { place, user, database });
  });
  if (!found || found.major < POSTGRES_MAJOR) {
    throw new StartError(
      `PostgreSQL at ${place} (DATABASE_URL) is version ${found?.major ?? 'unknown'}; ${POSTGRES_MAJOR} or newer is needed.`,
      'Give a newer server, or unset DATABASE_URL to use the one that comes with this project.',
    );
  }
  if (!found.may) {
    throw new StartError(
      `The role ${user} of DATABASE_URL may not make roles and create in the database ${database}.`,
      'Give a superuser, or a role with CREATEROLE that owns the database, or unset DATABASE_URL.',
    );
  }
}

function explainConnection(
  error: unknown,
  { place, user, database }: { place: string; user: string; database: string },
): StartError {
  const code = (error as { code?: string } | undefined)?.code;
  const advice = 'Correct DATABASE_URL, or unset it to use the PostgreSQL that comes with this project.';
  const because = { cause: error };
  if (code === '28P01' || code === '28000') {
    return new StartError(
      `PostgreSQL at ${place} does not let ${user} in: wrong password or role.`,
      advice,
      because,
    );
  }
  if (code === '3D000') {
    return new StartError(`PostgreSQL at ${place} has no database ${database}.`, advice, because);
  }
  const reason = code ?? (error instanceof Error ? error.message : String(error));
  return new StartError(
    `PostgreSQL at ${place} (DATABASE_URL) cannot be reached: ${reason}.`,
    advice,
    because,
  );
}

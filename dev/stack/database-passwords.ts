import { createHmac } from 'node:crypto';
import path from 'node:path';
import { z } from 'zod';
import { randomBase62 } from './development-keys.ts';
import { readJson, writePrivateJson } from './private-file.ts';

const password = z.string().min(16);
const passwordSet = z.object({ superuser: password, migrator: password, app: password, auditor: password });

/** Of the embedded cluster. */
export type DatabasePasswords = z.infer<typeof passwordSet>;
export type RolePasswords = Omit<DatabasePasswords, 'superuser'>;

/** The passwords of DATA_DIR/database-passwords.json, made before the cluster is. */
export async function databasePasswords(dataDir: string): Promise<DatabasePasswords> {
  const file = path.join(dataDir, 'database-passwords.json');
  const kept = passwordSet.safeParse(await readJson(file));
  if (kept.success) return kept.data;
  const make = (): string => randomBase62(32);
  const passwords = { superuser: make(), migrator: make(), app: make(), auditor: make() };
  await writePrivateJson(file, passwords);
  return passwords;
}

/**
 * Of the roles on a given server: made from its own secret, so that all copies that share the server, whose roles
 * are common to all its databases, come to the same ones.
 */
export function derivedPasswords(databaseUrl: string): RolePasswords {
  const secret = decodeURIComponent(new URL(databaseUrl).password);
  const derive = (role: string): string =>
    createHmac('sha256', secret).update(`plan-change ${role}`).digest('base64url');
  return { migrator: derive('migrator'), app: derive('app'), auditor: derive('auditor') };
}

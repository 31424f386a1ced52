import { randomInt } from 'node:crypto';
import path from 'node:path';
import { z } from 'zod';
import { readJson, writePrivateJson } from './private-file.ts';

const ALPHABET = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
const SECRET_LENGTH = 40;

const key = z.string().regex(/^pc_[0-9A-Za-z]{8}_[0-9A-Za-z]{32,}$/);
const keySet = z.object({ agent: key, supervisor: key, ops: key, auditor: key });

/** One API key for each role. */
export type DevelopmentKeys = z.infer<typeof keySet>;

/** The keys of DATA_DIR/keys.json, made at the first start and the same ever after. */
export async function developmentKeys(dataDir: string): Promise<DevelopmentKeys> {
  const file = path.join(dataDir, 'keys.json');
  const kept = keySet.safeParse(await readJson(file));
  if (kept.success) return kept.data;
  const keys = { agent: newKey('ag'), supervisor: newKey('su'), ops: newKey('op'), auditor: newKey('au') };
  await writePrivateJson(file, keys);
  return keys;
}

/** The visible prefix must be unique in a database, so only its first two characters name the role. */
function newKey(role: string): string {
  return `pc_${role}${randomBase62(6)}_${randomBase62(SECRET_LENGTH)}`;
}

export function randomBase62(length: number): string {
  return Array.from({ length }, () => ALPHABET[randomInt(ALPHABET.length)]).join('');
}

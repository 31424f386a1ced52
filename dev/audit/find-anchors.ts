import { access, readFile } from 'node:fs/promises';
import path from 'node:path';
import { KeyError, readTrustedKeys, type PublicKey } from '../../evidence/signing-key.ts';
import { anchorFolder, publishedKeysFile } from '../stack/evidence-keys.ts';
import { AuditError } from './audit-error.ts';
import type { AnchorSource } from './checks/note-anchors.ts';

/**
 * The anchors and keys that are given, else those of DATA_DIR, if no other database is given than the one that runs
 * there. Throws AuditError when the keys cannot be read.
 */
export async function findAnchors(
  given: { readonly database?: string; readonly anchors?: string; readonly publicKey?: string },
  env: NodeJS.ProcessEnv,
): Promise<AnchorSource> {
  const dataDir = path.resolve(env['DATA_DIR'] || '.local');
  const isLocal = given.database === undefined;
  const published = publishedKeysFile(dataDir);
  return {
    // Also when it is not there: anchors of the database without their file are a finding.
    folder: given.anchors ?? (env['ANCHOR_DIR'] || (isLocal ? anchorFolder(dataDir) : undefined)),
    keys: await keysOf(given.publicKey ?? (isLocal && (await exists(published)) ? published : undefined)),
  };
}

async function keysOf(file: string | undefined): Promise<readonly PublicKey[]> {
  if (file === undefined) return [];
  try {
    return readTrustedKeys(await readFile(file, 'utf8'));
  } catch (error) {
    if (!(error instanceof KeyError) && (error as NodeJS.ErrnoException).code === undefined) throw error;
    throw new AuditError(`The public keys of ${file} cannot be read.`, { cause: error });
  }
}

async function exists(file: string): Promise<boolean> {
  return access(file).then(
    () => true,
    () => false,
  );
}

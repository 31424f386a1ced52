import { access, readFile } from 'node:fs/promises';
import path from 'node:path';
import { KeyError, readTrustedKeys, type PublicKey } from '../../evidence/signing-key.ts';
import { anchorFolder, publishedKeysFile } from '../stack/evidence-keys.ts';
import { AuditError } from './audit-error.ts';
import type { AnchorSource } from './checks/note-anchors.ts';

/**
 * The anchors and keys that are given, else those of DATA_DIR, if there are any and no other database is given than
 * the one that runs there. Throws AuditError when what is
 * given cannot be read.
 */
export async function findAnchors(
  given: { readonly database?: string; readonly anchors?: string; readonly publicKey?: string },
  env: NodeJS.ProcessEnv,
): Promise<AnchorSource> {
  const dataDir = path.resolve(env['DATA_DIR'] || '.local');
  const kept = async (file: string): Promise<string | undefined> =>
    given.database === undefined && (await exists(file)) ? file : undefined;
  return {
    folder: given.anchors ?? (env['ANCHOR_DIR'] || (await kept(anchorFolder(dataDir)))),
    keys: await keysOf(given.publicKey ?? (await kept(publishedKeysFile(dataDir)))),
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

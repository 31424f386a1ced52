import { generateKeyPairSync } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { readEffectiveKeys, shortId, type EffectiveKeys } from '../../evidence/effective-keys.ts';
import { KeyError, readSigningKey, readTrustedKeys, type PublicKey } from '../../evidence/signing-key.ts';
import { writePrivateFile, writePrivateJson } from './private-file.ts';
import { StartError } from './start-error.ts';

/** The private key of a development system. */
export function signingKeyFile(dataDir: string): string {
  return path.join(dataDir, 'evidence-key.pem');
}

/** The public keys that signed there and when, as `GET /v1/evidence-keys` answers them; the first is the present one. */
export function publishedKeysFile(dataDir: string): string {
  return path.join(dataDir, 'evidence-keys.json');
}

/** Where a development system ships its anchors to. */
export function anchorFolder(dataDir: string): string {
  return path.join(dataDir, 'anchors');
}

export interface EvidenceKeys extends EffectiveKeys {
  readonly pem: string;
}

export interface KeysOptions {
  /** For EVIDENCE_SIGNING_KEY, EVIDENCE_SIGNING_SINCE and EVIDENCE_RETIRED_SIGNERS. */
  readonly env?: NodeJS.ProcessEnv;
  /** Looks at other keys than those that are kept, before they are: rejects when they will not do. */
  readonly check?: (keys: EffectiveKeys) => Promise<void>;
}

/**
 * The keys of DATA_DIR, which every tool there uses: evidence-key.pem (mode 0600) and evidence-keys.json. A key that
 * the environment gives is kept there too, so that a later start without it signs with the same one; without any the
 * first start makes one. To rotate, give another, or delete the file: the next start then makes another. The public half
 * of the one before stays in evidence-keys.json, retired.
 * Throws StartError, and keeps nothing, for a file that holds no key (what it signed must stay provable), for settings
 * that are none, and for a key that retired already.
 */
export async function evidenceKeys(
  dataDir: string,
  { env = {}, check }: KeysOptions = {},
): Promise<EvidenceKeys> {
  const now = new Date().toISOString();
  const kept = await readKept(dataDir);
  const given = givenKeys(env, now);
  const pem = given?.pem ?? kept.pem ?? newPem();
  const { keyId } = given?.signingKey ?? keyOf(signingKeyFile(dataDir), () => readSigningKey(pem));
  const known = kept.keys.find((key) => key.keyId === keyId);
  if (known?.notAfter !== undefined) throw retiredAlready(dataDir, known, given !== undefined);
  const isMade = given === undefined && kept.pem === undefined;
  const signingKey = readSigningKey(
    pem,
    given?.signingKey.notBefore ?? known?.notBefore ?? (isMade ? now : undefined),
  );
  const retired = new Map<string, PublicKey>();
  for (const key of kept.keys)
    retired.set(key.keyId, { notAfter: given?.signingKey.notBefore ?? now, ...key });
  for (const key of given?.retired ?? []) retired.set(key.keyId, key);
  retired.delete(keyId);
  const keys = { signingKey, pem, retired: [...retired.values()] };
  const items = [signingKey, ...keys.retired].map(({ keyId, publicKey, notBefore, notAfter }) => ({
    keyId,
    publicKey,
    notBefore,
    notAfter,
  }));
  if (JSON.stringify(items) !== JSON.stringify(kept.items)) await check?.(keys);
  // The list first: a key that it calls retired never signs, whatever a crash leaves of the other file.
  await writePrivateJson(publishedKeysFile(dataDir), { items });
  if (pem !== kept.pem) await writePrivateFile(signingKeyFile(dataDir), pem);
  return keys;
}

/**
 * The same without making, keeping or retiring any: for who signs beside a start.
 * Throws StartError when none is kept, and when the environment gives another key than the present one.
 */
export async function keptEvidenceKeys(dataDir: string, env: NodeJS.ProcessEnv = {}): Promise<EffectiveKeys> {
  const { pem, keys } = await readKept(dataDir);
  if (pem === undefined)
    throw refused(
      `${signingKeyFile(dataDir)} is not there: nothing is signed.`,
      'Run `npm start`: it keeps the key there.',
    );
  const { keyId } = keyOf(signingKeyFile(dataDir), () => readSigningKey(pem));
  const present = keys.find((key) => key.keyId === keyId);
  if (present?.notAfter !== undefined) throw retiredAlready(dataDir, present, false);
  const given = givenKeys(env, new Date().toISOString());
  if (given !== undefined && given.signingKey.keyId !== keyId)
    throw refused(
      `EVIDENCE_SIGNING_KEY is the key ${shortId(given.signingKey)}, and the system of ${dataDir} signs with ${shortId({ keyId })}: nothing is signed.`,
      'Unset EVIDENCE_SIGNING_KEY: the keys are kept there. To rotate, give it to `npm start`. For another system name its --database.',
    );
  return {
    signingKey: readSigningKey(pem, present?.notBefore),
    retired: keys.filter((key) => key.keyId !== keyId),
  };
}

/** `keys`: those of the list, and the one of the file if a crash kept it from the list. */
interface Kept {
  readonly pem: string | undefined;
  readonly items: unknown;
  readonly keys: readonly PublicKey[];
}

async function readKept(dataDir: string): Promise<Kept> {
  const [pem, list] = await Promise.all([
    textOf(signingKeyFile(dataDir)),
    textOf(publishedKeysFile(dataDir)),
  ]);
  const listed = list === undefined ? [] : keyOf(publishedKeysFile(dataDir), () => readTrustedKeys(list));
  const items = list?.startsWith('{') === true ? (JSON.parse(list) as { items?: unknown }).items : undefined;
  if (pem === undefined) return { pem, items, keys: listed };
  const { keyId, publicKey } = keyOf(signingKeyFile(dataDir), () => readSigningKey(pem));
  const isListed = listed.some((key) => key.keyId === keyId);
  return { pem, items, keys: isListed ? listed : [...listed, { keyId, publicKey }] };
}

/** What the environment gives; undefined: no key. Throws StartError. */
function givenKeys(env: NodeJS.ProcessEnv, now: string): EvidenceKeys | undefined {
  const [signingKey, signingSince, retired] = ['SIGNING_KEY', 'SIGNING_SINCE', 'RETIRED_SIGNERS'].map(
    (name) => env[`EVIDENCE_${name}`] || undefined,
  );
  if (signingKey === undefined) {
    if (signingSince === undefined && retired === undefined) return undefined;
    throw refused(
      'EVIDENCE_SIGNING_SINCE and EVIDENCE_RETIRED_SIGNERS are given without EVIDENCE_SIGNING_KEY.',
      'Give the key as well, or unset them: the keys of DATA_DIR are then used.',
    );
  }
  try {
    const retiredKeys = retired?.split(',').map((key) => key.trim()) ?? [];
    const keys = readEffectiveKeys({ signingKey, signingSince, retiredKeys });
    const { notBefore } = keys.signingKey;
    if (notBefore !== undefined && Date.parse(notBefore) > Date.parse(now))
      throw new KeyError(
        `EVIDENCE_SIGNING_SINCE (${notBefore}) is to come, and what the key signs until then does not count`,
      );
    return { ...keys, pem: `${signingKey.replaceAll('\\n', '\n').trim()}\n` };
  } catch (error) {
    if (!(error instanceof KeyError)) throw error;
    throw refused(
      `The evidence keys of the environment cannot be used: ${error.message}.`,
      'Mend EVIDENCE_SIGNING_KEY, EVIDENCE_SIGNING_SINCE or EVIDENCE_RETIRED_SIGNERS; without them the keys of DATA_DIR are used.',
    );
  }
}

function retiredAlready(dataDir: string, { keyId, notAfter }: PublicKey, isGiven: boolean): StartError {
  const problem = `retired ${notAfter}, by ${publishedKeysFile(dataDir)}: nothing is signed with it.`;
  return isGiven
    ? refused(
        `EVIDENCE_SIGNING_KEY is the key ${shortId({ keyId })}, which ${problem}`,
        'Unset it: the present key is kept in DATA_DIR. Or give the present or a new one.',
      )
    : refused(
        `${signingKeyFile(dataDir)} is the key ${shortId({ keyId })}, which ${problem}`,
        'Give `npm start` the present key as EVIDENCE_SIGNING_KEY, or move the file away: it then makes another.',
      );
}

function refused(problem: string, advice: string): StartError {
  return new StartError(problem, advice, { exitCode: 2 });
}

function newPem(): string {
  return generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
}

async function textOf(file: string): Promise<string | undefined> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

function keyOf<T>(file: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof KeyError)) throw error;
    throw new StartError(
      `${file} cannot be used: ${error.message}.`,
      'Put the right file back, or move it away: another key is then made.',
    );
  }
}

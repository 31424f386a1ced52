import { openDatabase } from '../../db/knex.ts';
import { AnchorRowError, AnchorSignerError, latestAnchor } from '../../db/stores/note-anchors.ts';
import type { EffectiveKeys } from '../../evidence/effective-keys.ts';
import { StartError } from './start-error.ts';

/**
 * Refuses keys by which the newest anchor does not count: an older one than signed it, or an end before it. With them
 * every proof bundle would contradict itself. Throws StartError.
 */
export async function checkNewestAnchor(
  databaseUrl: string,
  { signingKey, retired }: EffectiveKeys,
): Promise<void> {
  const knex = openDatabase({ url: databaseUrl, maxConnections: 1, applicationName: 'plan-change start' });
  try {
    await latestAnchor(knex, [signingKey, ...retired]);
  } catch (error) {
    // A row that is no anchor at all is for the audit: no key would mend it.
    if (error instanceof AnchorRowError && !(error instanceof AnchorSignerError)) return;
    if (!(error instanceof AnchorSignerError)) throw error;
    const { keyId, takenAt } = error;
    throw new StartError(
      `The newest anchor of the database, of ${takenAt}, is signed by the key ${keyId}, and by the keys that are given or kept it does not count: nothing is signed.`,
      'Give the present key as EVIDENCE_SIGNING_KEY and every earlier one in EVIDENCE_RETIRED_SIGNERS, with an end after what it signed; see “The signing key” in the runbook.',
      { cause: error, exitCode: 2 },
    );
  } finally {
    await knex.destroy();
  }
}

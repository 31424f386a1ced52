import { setTimeout as delay } from 'node:timers/promises';
import { DefaultLogger, Runtime } from '@temporalio/worker';
import { anchorNotes } from '../../api/daily-anchor.ts';
import { CHECKS } from '../audit/all-checks.ts';
import { audit, type AuditReport } from '../audit/audit.ts';
import { noteAnchors } from '../audit/checks/note-anchors.ts';
import { QUIET_MS } from '../audit/checks/quiet.ts';
import { findingsOf } from '../audit/report.ts';
import { anchorFolder, evidenceKeys } from '../stack/evidence-keys.ts';
import type { Violation } from './record.ts';
import type { System } from './system.ts';

export interface AuditAtRest {
  readonly violations: readonly Violation[];
  /** Checks that looked at nothing, or left something unchecked: no violation, and no proof either. */
  readonly undone: readonly string[];
}

/** Checks that need dealings of a kind to look at anything; every other has something to look at in every family. */
export const NEEDS = {
  /** A date that came. */
  activationOnADate: 'I6',
  /** A change that was taken back. */
  compensation: 'I8',
  /** A consent link. */
  link: 'I12',
} as const;
const SPECIAL: ReadonlySet<string> = new Set(Object.values(NEEDS));
/**
 * What is left unchecked by design: a message that its server lost after its step had committed (its workflow is
 * told later), words of one
 * letter, as the fuzz writes them, which stand everywhere, and its recommendations under a key, which name nothing.
 */
const BY_DESIGN =
  /message was lost with its server|of which a lost history told|texts too short to be told from ordinary words|answers that name nothing to look for/;

/**
 * A mail whose fate is unknown asks for its event twice a minute until its ten minutes are over, and an audit of a
 * large campaign takes a minute itself: what only moved at the audit's look is looked at again.
 */
const LOOKED_AT_WITHIN_MS = 5 * 60_000;

/**
 * Anchors the notes, then audits with every check, anchors included. As soon as an audit finds nothing, and has
 * looked at everything, it is done; what is still wrong after `within` milliseconds is told, and what it could not look
 * at for five minutes.
 * @param given checks of NEEDS to which the dealings gave something
 */
export async function auditAtRest(
  system: System,
  given: ReadonlySet<string>,
  within: number,
): Promise<AuditAtRest> {
  quietRuntime();
  const { signingKey, retired } = await evidenceKeys(system.dataDir);
  const folder = anchorFolder(system.dataDir);
  await anchorNotes({ knex: system.owner, key: signingKey, retired, folder }, { anew: true });
  const since = Date.now();
  for (;;) {
    // What has just moved is not looked at.
    await delay(QUIET_MS + 500);
    const report = await audit({
      databaseUrl: system.auditorUrl,
      temporal: { address: system.temporalAddress, namespace: 'default' },
      bundlePath: system.bundlePath,
      checks: [...CHECKS, noteAnchors({ folder, keys: [signingKey, ...retired] })],
    });
    const violations = violationsOf(report);
    const unchecked = uncheckedIn(report);
    if (violations.length === 0 && unchecked.length === 0)
      return { violations, undone: idleIn(report, given) };
    const patience = violations.length > 0 ? within : Math.max(within, LOOKED_AT_WITHIN_MS);
    if (Date.now() - since > patience)
      return { violations, undone: [...idleIn(report, given), ...unchecked] };
  }
}

function violationsOf(report: AuditReport): Violation[] {
  const failed = report.checks.flatMap(({ id, failure }) =>
    failure === null ? [] : [{ check: id, what: `the check could not run: ${failure}` }],
  );
  return [
    ...failed,
    ...findingsOf(report).map(({ check, what, planChangeId }) => ({
      ...{ check, what },
      ...(planChangeId !== undefined && { planChangeId }),
    })),
  ];
}

function idleIn({ checks }: AuditReport, given: ReadonlySet<string>): string[] {
  return checks
    .filter(({ id, looked }) => looked === 0 && (given.has(id) || !SPECIAL.has(id)))
    .map(({ id }) => `the audit of ${id} looked at nothing`);
}

function uncheckedIn({ checks }: AuditReport): string[] {
  return checks.flatMap(({ id, unchecked }) =>
    unchecked
      .filter(({ what }) => !BY_DESIGN.test(what))
      .map(({ what, n }) => `the audit of ${id} left unchecked: ${what} (${n})`),
  );
}

let isQuietRuntime = false;

/** The replays of the audit do not log. */
function quietRuntime(): void {
  if (isQuietRuntime) return;
  isQuietRuntime = true;
  try {
    Runtime.install({
      logger: new DefaultLogger('ERROR', () => undefined),
      telemetryOptions: { logging: { filter: 'OFF' } },
    });
  } catch {
    // A test run has one already.
  }
}

import { isDeepStrictEqual } from 'node:util';
import { TRANSITIONS, type PlanChangeStatus } from '../../domain/plan-change-status.ts';
import { pollUntil } from '../stack/poll.ts';
import { auditAtRest } from './audit-at-rest.ts';
import { codeOf, createClient } from './client.ts';
import type { CampaignRecord, Violation } from './record.ts';
import { retrying } from './retrying.ts';
import type { System } from './system.ts';

/** I19: everything has come to rest so soon after the faults have stopped. */
export const QUIET_WITHIN_MS = 60_000;

/**
 * After the faults: waits until nothing moves, asks again for everything that was acknowledged, compares how the
 * changes ended with how they must have, and audits database and histories. What is wrong goes into the record.
 */
export async function settle(
  system: System,
  record: CampaignRecord,
  within = QUIET_WITHIN_MS,
): Promise<void> {
  await comesToRest(system, record, within);
  const { violations, undone } = await auditAtRest(system, record.given, within);
  // What an earlier round found stands there until the end: it is counted once.
  const isNew = (one: Violation): boolean =>
    !record.violations.some((known) => isDeepStrictEqual(known, one));
  record.violations.push(...violations.filter(isNew));
  for (const what of undone) if (!record.undone.includes(what)) record.undone.push(what);
}

/** All of it but the audit. */
export async function comesToRest(
  system: System,
  record: CampaignRecord,
  within = QUIET_WITHIN_MS,
): Promise<void> {
  await becomesQuiet(system, record, within);
  await askAgain(system, record);
  await compareEnds(system, record);
}

/** A mail whose fate is unknown waits ten minutes for an event, by design: it is no unrest. */
const MOVING = `
  SELECT (SELECT count(*) FROM plan_changes pc WHERE pc.status IN ('quoting', 'activating')
            OR pc.status = 'activated' AND NOT EXISTS (
              SELECT FROM email_outbox m WHERE m.plan_change_id = pc.id AND m.kind = 'summary' AND m.status IN ('sending', 'queued')))::int
       + (SELECT count(*) FROM email_outbox WHERE status = 'queued')::int AS moving`;

async function becomesQuiet(system: System, record: CampaignRecord, within: number): Promise<void> {
  let moving = 0;
  const isQuiet = await pollUntil(
    async () => {
      const { rows } = await retrying(() => system.owner.raw<{ rows: { moving: number }[] }>(MOVING));
      moving = rows[0]?.moving ?? 0;
      return moving === 0 && (await system.isReady());
    },
    { within, every: 250 },
  );
  if (!isQuiet)
    record.violate('I19', `${moving} changes or mails still move ${within / 1_000} s after the faults`);
}

/** I11 and I18: each acknowledged request is answered again, byte for byte, and what it made is there. */
async function askAgain(system: System, record: CampaignRecord): Promise<void> {
  const clients = new Map<string, ReturnType<typeof createClient>>();
  const queue = record.acknowledged.splice(0).values();
  const lane = async (): Promise<void> => {
    for (const { path, body, key, as, status, text } of queue) {
      const client = clients.get(as) ?? createClient(system.api, as, record);
      clients.set(as, client);
      const again = await client.insist('POST', path, body, { key }).catch(() => undefined);
      if (again && (again.status !== status || again.text !== text))
        record.violate(
          'I11',
          `${kindOf(path)} acknowledged with ${status} is answered ${again.status} ${again.status === status ? 'with another body' : codeOf(again)}`,
          idIn(path),
        );
      const { planChangeId, status: then } = JSON.parse(text) as {
        planChangeId?: string | null;
        status?: string;
      };
      if (typeof planChangeId !== 'string') continue;
      const { rows } = await system.owner.raw<{ rows: { status: PlanChangeStatus }[] }>(
        'SELECT status FROM plan_changes WHERE id = ?',
        [planChangeId],
      );
      const now = rows[0]?.status;
      if (now === undefined)
        record.violate('I18', `${kindOf(path)} was acknowledged, and the change is not there`, planChangeId);
      else if (then !== undefined && then in TRANSITIONS && !mayLeadTo(then as PlanChangeStatus, now))
        record.violate(
          'I18',
          `${kindOf(path)} was acknowledged as ${then}, and the change is ${now}`,
          planChangeId,
        );
    }
  };
  await Promise.all(Array.from({ length: 4 }, lane));
  // Asking again was acknowledged as well.
  record.acknowledged.length = 0;
}

function mayLeadTo(
  from: PlanChangeStatus,
  to: PlanChangeStatus,
  seen = new Set<PlanChangeStatus>(),
): boolean {
  if (from === to) return true;
  if (seen.has(from)) return false;
  seen.add(from);
  return TRANSITIONS[from].some((next) => mayLeadTo(next, to, seen));
}

async function compareEnds(system: System, record: CampaignRecord): Promise<void> {
  const ids = [...record.ends.keys()];
  const { rows } = await system.owner.raw<{ rows: { id: string; status: string }[] }>(
    'SELECT id, status FROM plan_changes WHERE id = ANY (?)',
    [ids],
  );
  const statuses = new Map(rows.map(({ id, status }) => [id, status]));
  for (const [id, ends] of record.ends) {
    const status = statuses.get(id) ?? 'not there';
    if (!ends.includes(status))
      record.violate('oracle', `the change is ${status}, not ${ends.join(' or ')}`, id);
  }
  record.ends.clear();
}

function kindOf(path: string): string {
  return path.replaceAll(/[0-9a-f]{8}-[0-9a-f-]{27}/g, '{id}');
}

function idIn(text: string): string | undefined {
  return /[0-9a-f]{8}-[0-9a-f-]{27}/.exec(text)?.[0];
}

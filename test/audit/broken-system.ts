import assert from 'node:assert/strict';
import { CHECKS } from '../../dev/audit/all-checks.ts';
import { runCheck, type CheckReport } from '../../dev/audit/audit.ts';
import type { Check, Query, TimeRange } from '../../dev/audit/check.ts';
import type { Histories } from '../../dev/audit/histories.ts';
import { withConnection } from '../../dev/stack/postgres.ts';
import { workflowBundle } from '../support/plan-change-rig.ts';
import { sharedScenario, type Scenario, type ScenarioChanges } from './scenario.ts';

/** One thing that is done to a sound system behind its back, and what the check must say. */
export interface Breakage {
  readonly check: string;
  /** The part of the check that is to find it; the whole check unless given. */
  readonly part?: Check['run'];
  readonly what: string;
  /** Statements; they run as the superuser without triggers and foreign keys, and are rolled back. */
  readonly sql?: (changes: ScenarioChanges) => string;
  /** The histories to compare with instead of the real ones. */
  readonly histories?: (histories: Histories, changes: ScenarioChanges) => Histories;
  /** When the server is said to have lost workflows. */
  readonly lostHistories?: TimeRange;
  readonly finds: RegExp;
}

/** Declares one test for each breakage. */
export function itFinds(breakages: readonly Breakage[]): void {
  for (const breakage of breakages) {
    it(`${breakage.check} finds ${breakage.what}`, async () => {
      const { findings, failure } = await checkBroken(breakage);
      assert.equal(failure, null);
      const found = findings.map(({ what }) => what);
      assert.ok(
        found.some((what) => breakage.finds.test(what)),
        `found: ${JSON.stringify(found)}`,
      );
      assert.ok(findings.every(({ check }) => check === breakage.check));
    });
  }
}

/** The report of one check on the broken system; afterwards the system is as before. */
export async function checkBroken(breakage: Omit<Breakage, 'what' | 'finds'>): Promise<CheckReport> {
  const scenario = await sharedScenario();
  return withConnection(scenario.rig.database.ownerUrl, async (client) => {
    await client.query('BEGIN; SET LOCAL session_replication_role = replica');
    try {
      await client.query(breakage.sql?.(scenario.changes) ?? '');
      const query: Query = async <T extends object>(sql: string, parameters: readonly unknown[] = []) =>
        (await client.query<T>(sql, [...parameters])).rows;
      return await check(breakage, scenario, query);
    } finally {
      await client.query('ROLLBACK');
    }
  });
}

function check(
  {
    check: id,
    part,
    histories: altered,
    lostHistories,
  }: Pick<Breakage, 'check' | 'part' | 'histories' | 'lostHistories'>,
  { histories, changes }: Scenario,
  query: Query,
): Promise<CheckReport> {
  const found = CHECKS.find((each) => each.id === id);
  assert.ok(found, `there is no check ${id}`);
  return runCheck(part ? { ...found, run: part } : found, {
    query,
    lostHistories,
    histories: altered ? altered(histories, changes) : histories,
    workflowBundle,
  });
}

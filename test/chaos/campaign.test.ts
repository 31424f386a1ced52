import assert from 'node:assert/strict';
import type { Family, FamilyName } from '../../dev/chaos/family.ts';
import { deploy } from '../../dev/chaos/families/deploy.ts';
import { duplicates } from '../../dev/chaos/families/duplicates.ts';
import { input } from '../../dev/chaos/families/input.ts';
import { kills, planKills } from '../../dev/chaos/families/kills.ts';
import { leaks } from '../../dev/chaos/families/leaks.ts';
import { mail } from '../../dev/chaos/families/mail.ts';
import { network, planWindows } from '../../dev/chaos/families/network.ts';
import { createRandom } from '../../dev/chaos/random.ts';
import type { CampaignRecord } from '../../dev/chaos/record.ts';
import { auditAtRest } from '../../dev/chaos/audit-at-rest.ts';
import { comesToRest, QUIET_WITHIN_MS } from '../../dev/chaos/settle.ts';
import { startSystem, type System } from '../../dev/chaos/system.ts';

const SEED = process.env['FAULT_SEED'] ?? '20261124';

/** A few of each family, on one system; what is at rest is audited once, at the end. */
describe(`the fault campaign, short (FAULT_SEED=${SEED})`, function () {
  this.timeout(240_000);
  let system: System;
  const records: CampaignRecord[] = [];
  before(async () => {
    system = await startSystem({ agents: 4 });
  });
  after(() => system.stop());

  const families: [family: FamilyName, run: Family, n: number][] = [
    // A mail under way in a killed worker is noticed after 45 s: those come first.
    ['kills', kills, 8],
    ['mail', mail, 6],
    ['deploy', deploy, 2],
    ['network', network, 2],
    ['duplicates', duplicates, 60],
    // Enough that a quick machine, too, comes through every operation: some wait for a mail.
    ['input', input, 600],
    ['leaks', leaks, 1],
  ];
  for (const [family, run, n] of families) {
    it(`${family}: no violation`, async () => {
      const random = createRandom(SEED).fork(family);
      const settle = async (record: CampaignRecord): Promise<void> => {
        records.push(record);
        await Promise.resolve();
      };
      const result = await run({ system, random, n, isFull: false, say: () => undefined, settle });
      assert.deepEqual(result.violations, []);
      assert.deepEqual(result.undone ?? [], []);
      assert.ok(result.n >= n, `${result.n} of ${n} ${result.unit} were done`);
    });
  }

  it('all is at rest, everything acknowledged is there, and the audit finds nothing', async () => {
    const given = new Set(records.flatMap((record) => [...record.given]));
    for (const record of new Set(records)) {
      await comesToRest(system, record);
      assert.deepEqual(record.violations, []);
    }
    assert.deepEqual(await auditAtRest(system, given, QUIET_WITHIN_MS), { violations: [], undone: [] });
  });
});

describe('the schedules of the campaign', () => {
  it('are the same for the same seed, and others for another', () => {
    const plans = (seed: string) => ({
      kills: planKills(createRandom(seed), 40),
      windows: planWindows(createRandom(seed), 40),
    });
    assert.deepEqual(plans('a'), plans('a'));
    assert.notDeepEqual(plans('a'), plans('b'));
  });

  it('kill every part, alone and in pairs, before and after a commit, and break every link', () => {
    const plan = planKills(createRandom('a'), 200);
    assert.deepEqual(
      new Set(plan.flatMap(({ victims }) => victims)),
      new Set(['worker', 'api', 'temporal', 'postgres']),
    );
    assert.ok(plan.some(({ victims }) => victims.length === 2));
    const commits = plan.flatMap(({ at }) =>
      at.kind === 'commit' ? [`${at.step ?? 'any'} ${at.when}`] : [],
    );
    assert.equal(new Set(commits).size, 16, 'seven steps and the API, on both sides of the commit');
    const windows = planWindows(createRandom('a'), 120);
    assert.equal(new Set(windows.map(({ link, fault }) => `${link} ${fault.kind}`)).size, 20);
  });
});

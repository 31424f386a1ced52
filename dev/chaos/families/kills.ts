import { setTimeout as delay } from 'node:timers/promises';
import { STEPS, type Step } from '../commit-trap.ts';
import { percentile, type Family } from '../family.ts';
import type { Random } from '../random.ts';
import { createRecord, type CampaignRecord } from '../record.ts';
import { runChanges } from '../run-changes.ts';
import { PARTS, type Part, type System } from '../system.ts';

/** When to kill whom, drawn from the seed alone. */
export interface PlannedKill {
  readonly victims: readonly Part[];
  readonly at:
    | { readonly kind: 'random'; readonly afterMs: number }
    | {
        readonly kind: 'commit';
        readonly of: 'worker' | 'api';
        readonly step: Step | undefined;
        readonly when: 'before commit' | 'after commit';
      };
}

const CHANGES_PER_KILL = 5;
const CHANGES_PER_ROUND = 50;
/** A commit of that step may not come any more in this round: then it is a kill at a random instant. */
const TRAP_WITHIN_MS = 4_000;
const BACK_WITHIN_MS = 60_000;
/** reliability.md: within 15 s of the restart. */
const RECOVERED_WITHIN_MS = 15_000;

/** Half of them at a commit of a step; a third in pairs. Each step comes before and after its commit in turn. */
export function planKills(random: Random, count: number): PlannedKill[] {
  return Array.from({ length: count }, (_, number) => {
    const first = random.pick(PARTS);
    const second = random.pick(PARTS.filter((part) => part !== first));
    const pair = random.chance(0.33);
    if (number % 2 === 1)
      return {
        victims: pair ? [first, second] : [first],
        at: { kind: 'random', afterMs: random.int(0, 1_500) },
      };
    const turn = Math.floor(number / 2);
    const of = turn % 5 === 4 ? 'api' : 'worker';
    const victim = random.pick([of, of, 'postgres'] as const);
    return {
      victims: pair ? [victim, random.pick(PARTS.filter((part) => part !== victim))] : [victim],
      at: {
        kind: 'commit',
        of,
        step: of === 'worker' ? STEPS[turn % STEPS.length] : undefined,
        when: random.chance(0.5) ? 'before commit' : 'after commit',
      },
    };
  });
}

interface Killed {
  readonly planned: PlannedKill;
  /** Whether the commit it waited for came. */
  readonly exact: boolean;
  readonly recoveryMs: number;
}

/** Changes under `kill -9` of every part, alone and in pairs, at random instants and around commits. */
export const kills: Family = async ({ system, random, n, say, settle }) => {
  const record = createRecord();
  const done: Killed[] = [];
  const rounds = Math.max(1, Math.ceil(n / CHANGES_PER_ROUND));
  for (let round = 0; round < rounds; round += 1) {
    const count = Math.min(CHANGES_PER_ROUND, n - round * CHANGES_PER_ROUND);
    const own = random.fork(`kills ${round}`);
    const plan = planKills(own.fork('plan'), Math.max(1, Math.round(count / CHANGES_PER_KILL)));
    done.push(...(await killWhile(system, record, own, count, plan)));
    await settle(record);
    say(
      `kills: round ${round + 1} of ${rounds}, ${done.length} kills, ${record.violations.length} violations`,
    );
  }
  const victims = done.reduce((sum, { planned }) => sum + planned.victims.length, 0);
  const exact = done.filter((one) => one.exact).length;
  return {
    family: 'kills',
    unit: 'changes',
    n,
    faults: victims,
    violations: record.violations,
    p99RecoveryMs: percentile(
      done.map(({ recoveryMs }) => recoveryMs),
      99,
    ),
    slowestMs: Math.round(record.slowestMs),
    details: {
      rounds,
      'kill points': done.length,
      'around a commit': exact,
      pairs: victims - done.length,
      requests: record.requests,
    },
  };
};

/** Kills and changes wait for each other, so that every kill meets work under way. */
async function killWhile(
  system: System,
  record: CampaignRecord,
  random: Random,
  count: number,
  plan: readonly PlannedKill[],
): Promise<Killed[]> {
  const perKill = count / plan.length;
  const state = { begun: 0, ended: 0, killed: 0 };
  const changes = runChanges({
    system,
    record,
    random: random.fork('changes'),
    count,
    async before(k) {
      while (state.killed < Math.floor(k / perKill)) await delay(20);
      state.begun += 1;
    },
    after() {
      state.ended += 1;
    },
  });
  const done: Killed[] = [];
  for (const [number, planned] of plan.entries()) {
    while (state.begun < Math.min(Math.floor(number * perKill) + 1, count)) await delay(10);
    done.push(await strike(system, record, planned, () => state.ended >= count));
    state.killed += 1;
  }
  await changes;
  return done;
}

async function strike(
  system: System,
  record: CampaignRecord,
  planned: PlannedKill,
  isOver: () => boolean,
): Promise<Killed> {
  const { victims, at } = planned;
  const marks = victims.map((part) => [part, system.mark(part)] as const);
  const kill = (): void => {
    for (const part of victims) system.kill(part);
  };
  const sprang = { exact: false };
  if (at.kind === 'commit') {
    const trap = system.trap(at.of);
    const sprung = new Promise<void>((resolve) => {
      trap.arm({
        step: at.step,
        when: at.when,
        // Whoever is not killed goes on, and hears of its commit as ever.
        parts: victims.includes(at.of) || victims.includes('postgres'),
        spring() {
          sprang.exact = true;
          kill();
          resolve();
        },
      });
    });
    const waited = Date.now();
    await Promise.race([sprung, untilOver(() => isOver() || Date.now() - waited > TRAP_WITHIN_MS)]);
    trap.disarm();
    if (!sprang.exact) kill();
  } else {
    await delay(at.afterMs);
    kill();
  }
  const underWay = [...record.underWay];
  for (const [part, mark] of marks) {
    const back = await system.backAfter(part, mark, BACK_WITHIN_MS);
    if (back === undefined)
      record.violate('I19', `${part} is not back ${BACK_WITHIN_MS / 1_000} s after kill -9`);
  }
  const restarted = Date.now();
  await Promise.race([Promise.all(underWay), delay(BACK_WITHIN_MS, undefined, { ref: false })]);
  const recoveryMs = Date.now() - restarted;
  if (recoveryMs > RECOVERED_WITHIN_MS)
    record.violate(
      'recovery',
      `${victims.join(' and ')}: what was under way took ${(recoveryMs / 1_000).toFixed(1)} s after the restart`,
    );
  return { planned, exact: sprang.exact, recoveryMs };
}

async function untilOver(isOver: () => boolean): Promise<void> {
  while (!isOver()) await delay(50);
}

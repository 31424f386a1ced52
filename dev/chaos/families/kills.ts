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
/** A kill at a random instant waits so long for a request under way: one that meets nobody shows nothing. */
const IN_USE_WITHIN_MS = 4_000;
/** Kills that met nobody are made up for in further rounds, up to so many for those that `n` changes need. */
const atMost = (rounds: number): number => Math.ceil(rounds * 1.25) + 1;
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
  /** Processes that died while a request was under way. */
  readonly victims: number;
  readonly recoveryMs: number;
}

/** Changes under `kill -9` of every part, alone and in pairs, at random instants and around commits. */
export const kills: Family = async ({ system, random, n, say, settle }) => {
  const record = createRecord();
  const done: Killed[] = [];
  const asked = Math.max(1, Math.round(n / CHANGES_PER_KILL));
  const effective = (): Killed[] => done.filter(({ victims }) => victims > 0);
  let changes = 0;
  const last = atMost(n / CHANGES_PER_ROUND);
  let round = 0;
  for (; round < last && (changes < n || effective().length < asked); round += 1) {
    const missing = Math.max(n - changes, (asked - effective().length) * CHANGES_PER_KILL);
    const count = Math.min(CHANGES_PER_ROUND, missing);
    const own = random.fork(`kills ${round}`);
    const plan = planKills(own.fork('plan'), Math.max(1, Math.round(count / CHANGES_PER_KILL)));
    changes += await killWhile(system, record, own, count, plan, done);
    await settle(record);
    say(
      `kills: ${changes} of ${n} changes, ${effective().length} of ${asked} kill points, ${record.violations.length} violations`,
    );
  }
  const victims = done.reduce((sum, one) => sum + one.victims, 0);
  const exact = done.filter((one) => one.exact).length;
  if (effective().length < asked)
    record.undone.push(`${effective().length} of ${asked} kill points met a process in use`);
  return {
    family: 'kills',
    unit: 'changes',
    n: changes,
    faults: victims,
    violations: record.violations,
    undone: record.undone,
    p99RecoveryMs: percentile(
      done.map(({ recoveryMs }) => recoveryMs),
      99,
    ),
    slowestMs: Math.round(record.slowestMs),
    details: {
      rounds: round,
      'kill points': effective().length,
      'that met nobody': done.length - effective().length,
      'around a commit': exact,
      'more than one process': done.filter((one) => one.victims > 1).length,
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
  done: Killed[],
): Promise<number> {
  const perKill = count / plan.length;
  const state = { begun: 0, ended: 0, allowed: 0 };
  const allow = (changes: number): void => {
    state.allowed = Math.min(count, Math.max(state.allowed, Math.ceil(changes)));
  };
  const changes = runChanges({
    system,
    record,
    random: random.fork('changes'),
    count,
    async before(k) {
      while (k >= state.allowed) await delay(20);
      state.begun += 1;
    },
    after() {
      state.ended += 1;
    },
  });
  for (const [number, planned] of plan.entries()) {
    allow((number + 1) * perKill);
    while (state.begun < Math.min(Math.floor(number * perKill) + 1, count)) await delay(10);
    done.push(
      await strike(system, record, planned, {
        isOver: () => state.ended >= count,
        keepBusy() {
          // Those that were let in have ended before the kill came.
          if (state.ended >= state.allowed) allow(Math.min(state.allowed + 1, (number + 2) * perKill));
        },
      }),
    );
  }
  allow(count);
  return changes;
}

interface Work {
  /** Every change of the round has ended. */
  readonly isOver: () => boolean;
  readonly keepBusy: () => void;
}

async function strike(
  system: System,
  record: CampaignRecord,
  planned: PlannedKill,
  work: Work,
): Promise<Killed> {
  const { victims, at } = planned;
  const marks = victims.map((part) => [part, system.mark(part)] as const);
  const died = new Set<Part>();
  const kill = (isUsed: (part: Part) => boolean): void => {
    for (const part of victims) if (system.kill(part) && isUsed(part)) died.add(part);
  };
  const isAsked = (): boolean => record.underWay.size > 0;
  const killInUse = async (): Promise<void> => {
    await until(work, IN_USE_WITHIN_MS, isAsked);
    kill(isAsked);
  };
  const sprang = { exact: false };
  if (at.kind === 'commit') {
    const trap = system.trap(at.of);
    trap.arm({
      step: at.step,
      when: at.when,
      // Whoever is not killed goes on, and hears of its commit as ever.
      parts: victims.includes(at.of) || victims.includes('postgres'),
      spring() {
        sprang.exact = true;
        kill((part) => isAsked() || part === at.of || part === 'postgres');
      },
    });
    await until(work, TRAP_WITHIN_MS, () => sprang.exact);
    trap.disarm();
    if (!sprang.exact) await killInUse();
  } else {
    await delay(at.afterMs);
    await killInUse();
  }
  const underWay = [...record.underWay];
  for (const [part, mark] of marks) {
    const back = await system.backAfter(part, mark, BACK_WITHIN_MS);
    if (back !== undefined) continue;
    died.delete(part);
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
  return { planned, exact: sprang.exact, victims: died.size, recoveryMs };
}

/** While there is work, and so long at the most. */
async function until({ isOver, keepBusy }: Work, within: number, isThere: () => boolean): Promise<void> {
  const deadline = Date.now() + within;
  while (!isThere() && !isOver() && Date.now() < deadline) {
    keepBusy();
    await delay(5);
  }
}

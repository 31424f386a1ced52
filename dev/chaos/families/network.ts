import { setTimeout as delay } from 'node:timers/promises';
import type { LinkFault, LinkWindow } from '../faulty-link.ts';
import { pollUntil } from '../../stack/poll.ts';
import { percentile, type Family } from '../family.ts';
import type { Random } from '../random.ts';
import { createRecord, type CampaignRecord } from '../record.ts';
import { runChanges } from '../run-changes.ts';
import { LINKS, type LinkName, type System } from '../system.ts';

export interface PlannedWindow {
  readonly link: LinkName;
  readonly fault: LinkFault;
  readonly lastsMs: number;
}

const KINDS = ['latency', 'reset', 'black hole', 'half-open'] as const;
const WINDOWS_PER_ROUND = 10;
const CHANGES_PER_WINDOW = 2;
/** A window that has met nothing stays open for so much longer. */
const MEETS_WITHIN_MS = 4_000;
/** Windows that met nothing all the same are made up for by further ones, up to so many for `n`. */
const atMost = (n: number): number => Math.ceil(n * 1.5) + 2;
/**
 * What was under way in a window is answered so soon after it (I19). The worker's connection to Temporal notices a
 * server that is gone without a word by its keep-alive after 45 s, which the SDK does not let us set.
 */
const RECOVERED_WITHIN_MS = 60_000;

/** Every fault on every link in turn (their numbers have no common divisor), each window of its own length. */
export function planWindows(random: Random, count: number): PlannedWindow[] {
  const start = random.int(0, LINKS.length * KINDS.length - 1);
  return Array.from({ length: count }, (_, number) => {
    const turn = start + number;
    const kind = KINDS[turn % KINDS.length] ?? 'reset';
    const link = LINKS[turn % LINKS.length] ?? 'worker-postgres';
    const fault: LinkFault = kind === 'latency' ? { kind, milliseconds: random.int(20, 300) } : { kind };
    return { link, fault, lastsMs: random.int(800, 6_000) };
  });
}

/** Changes while one way after the other is slow, cut, silent or half-open. A window counts that met bytes. */
export const network: Family = async ({ system, random, n, say, settle }) => {
  const record = createRecord();
  const total: Broken = { windows: [], recoveries: [], changes: 0 };
  const met = (): number => total.windows.filter((window) => window.met > 0).length;
  while (met() < n && total.windows.length < atMost(n)) {
    const own = random.fork(`network ${total.windows.length}`);
    const plan = planWindows(own.fork('plan'), Math.min(WINDOWS_PER_ROUND, n - met()));
    await breakWhile(system, record, own, plan, total);
    await settle(record);
    say(
      `network: ${met()} of ${n} windows met bytes (${total.windows.length} were open), ${record.violations.length} violations`,
    );
  }
  return {
    family: 'network',
    unit: 'windows',
    n: met(),
    faults: met(),
    violations: record.violations,
    undone: record.undone,
    p99RecoveryMs: percentile(total.recoveries, 99),
    slowestMs: Math.round(record.slowestMs),
    details: {
      'windows that met nothing': total.windows.length - met(),
      changes: total.changes,
      requests: record.requests,
    },
  };
};

interface Broken {
  readonly windows: LinkWindow[];
  readonly recoveries: number[];
  /** Changes that were played to their end. */
  changes: number;
}

async function breakWhile(
  system: System,
  record: CampaignRecord,
  random: Random,
  plan: readonly PlannedWindow[],
  total: Broken,
): Promise<void> {
  const count = plan.length * CHANGES_PER_WINDOW;
  const state = { begun: 0, windows: 0 };
  const changes = runChanges({
    system,
    record,
    random: random.fork('changes'),
    count,
    async before(k) {
      while (state.windows < Math.floor(k / CHANGES_PER_WINDOW)) await delay(20);
      state.begun += 1;
    },
  });
  for (const [number, { link, fault, lastsMs }] of plan.entries()) {
    while (state.begun < Math.min(number * CHANGES_PER_WINDOW + 1, count)) await delay(10);
    const way = system.link(link);
    const window = way.fault(fault);
    total.windows.push(window);
    await delay(lastsMs);
    await pollUntil(() => Promise.resolve(window.met > 0), { within: MEETS_WITHIN_MS, every: 50 });
    const underWay = [...record.underWay];
    way.mend();
    state.windows += 1;
    const mended = Date.now();
    await Promise.race([Promise.all(underWay), delay(2 * RECOVERED_WITHIN_MS, undefined, { ref: false })]);
    const recoveryMs = Date.now() - mended;
    total.recoveries.push(recoveryMs);
    if (recoveryMs > RECOVERED_WITHIN_MS)
      record.violate(
        'recovery',
        `${fault.kind} on ${link}: what was under way took ${(recoveryMs / 1_000).toFixed(1)} s after it`,
      );
  }
  const completed = await changes;
  total.changes += completed;
  if (completed < count) record.undone.push(`${completed} of ${count} changes came to their end`);
}

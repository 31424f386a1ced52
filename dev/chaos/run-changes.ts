import { createAgent } from './agent.ts';
import { createClient } from './client.ts';
import { dateIn } from './oracle.ts';
import type { Random } from './random.ts';
import type { CampaignRecord } from './record.ts';
import { SCENARIOS, type Scenario } from './scenarios.ts';
import type { System } from './system.ts';

const ZONES = [
  'America/Chicago',
  'America/New_York',
  'Europe/Berlin',
  'Asia/Tokyo',
  'Asia/Kolkata',
  'Pacific/Auckland',
  'America/St_Johns',
  'UTC',
] as const;

export interface ChangesOptions {
  readonly system: System;
  readonly record: CampaignRecord;
  readonly random: Random;
  readonly count: number;
  /** How many agents work at the same time. */
  readonly lanes?: number;
  readonly scenarios?: readonly Scenario[];
  /** Waited for before change number `k` (from 0) begins. */
  readonly before?: (k: number) => Promise<void>;
  /** Told after each. */
  readonly after?: (k: number) => void;
}

/**
 * Plays so many scenarios, in turn and with customers of their own. What goes wrong is in the record.
 * @returns how many came to their end and had something acknowledged on the way
 */
export async function runChanges(options: ChangesOptions): Promise<number> {
  const { system, record, random, count, lanes = 4, scenarios = SCENARIOS } = options;
  const offset = random.int(0, scenarios.length - 1);
  const turns = Array.from({ length: count }, (_, k) => ({
    k,
    scenario: scenarios[(offset + k) % scenarios.length] ?? random.pick(scenarios),
    random: random.fork(k),
  }));
  const queue = turns.values();
  let completed = 0;
  const lane = async (_: unknown, number: number): Promise<void> => {
    const key = system.agentKeys[number % system.agentKeys.length] ?? '';
    for (const { k, scenario, random: own } of queue) {
      await options.before?.(k);
      const anchorDate = `2024-01-${String(own.int(1, 28)).padStart(2, '0')}`;
      const account = await system.account({ timeZone: own.pick(awakeZones()), anchorDate });
      let acknowledged = 0;
      const client = createClient(system.api, key, record, () => (acknowledged += 1));
      const agent = createAgent({ system, record, client, account });
      try {
        await scenario.run(agent, own);
        if (acknowledged > 0) completed += 1;
        if (acknowledged > 0 && scenario.gives !== undefined) record.given.add(scenario.gives);
      } catch (error) {
        record.violate(
          'scenario',
          `"${scenario.name}": ${error instanceof Error ? error.message : String(error)}`,
        );
      }
      options.after?.(k);
    }
  };
  await Promise.all(Array.from({ length: lanes }, lane));
  return completed;
}

/** Where it is day: a quote ends at local midnight, and nobody changes plans then. */
export function awakeZones(): string[] {
  const soon = Date.now() + 2 * 3_600_000;
  return ZONES.filter((zone) => dateIn(zone, soon) === dateIn(zone));
}

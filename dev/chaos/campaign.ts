import { clock } from './families/clock.ts';
import { deploy } from './families/deploy.ts';
import { duplicates } from './families/duplicates.ts';
import { input } from './families/input.ts';
import { kills } from './families/kills.ts';
import { leaks } from './families/leaks.ts';
import { mail } from './families/mail.ts';
import { network } from './families/network.ts';
import type { Family, FamilyName, FamilyResult } from './family.ts';
import { createRandom } from './random.ts';
import { settle } from './settle.ts';
import { startSystem, type System } from './system.ts';

/** How many of each family's unit (docs/reliability.md). */
export type Sizes = Readonly<Record<FamilyName, number>>;

export const SHORT: Sizes = {
  ...{ kills: 10, network: 5, duplicates: 150, mail: 10, clock: 200, input: 250, deploy: 8, leaks: 1 },
};
export const FULL: Sizes = {
  ...{
    kills: 1_000,
    network: 120,
    duplicates: 10_000,
    mail: 1_000,
    clock: 2_000,
    input: 10_000,
    deploy: 50,
    leaks: 5,
  },
};

const ON_A_SYSTEM: Readonly<Record<Exclude<FamilyName, 'clock'>, Family>> = {
  ...{ kills, network, duplicates, mail, input, deploy, leaks },
};

export interface CampaignOptions {
  readonly families: readonly FamilyName[];
  readonly sizes: Sizes;
  readonly seed: string;
  /** Waits for what takes minutes by design, too. */
  readonly isFull?: boolean;
  /** How soon after the faults all must be at rest; a minute unless told (I19). */
  readonly quietWithinMs?: number;
  readonly say: (line: string) => void;
}

/** One family after the other, each on a system of its own: what one leaves behind is not looked for by the next. */
export async function runCampaign(options: CampaignOptions): Promise<FamilyResult[]> {
  const results: FamilyResult[] = [];
  for (const family of options.families) {
    options.say(`${family}: ${options.sizes[family]}`);
    if (family === 'clock') {
      results.push(
        told(clock({ random: createRandom(options.seed), n: options.sizes.clock }), options.sizes),
      );
      continue;
    }
    const system = await startSystem();
    try {
      results.push(told(await runFamily(family, system, options), options.sizes));
    } finally {
      await system.stop();
    }
  }
  return results;
}

/** With what is missing to the size that was asked for. */
function told(result: FamilyResult, sizes: Sizes): FamilyResult {
  const { family, n, unit, undone = [] } = result;
  if (n >= sizes[family]) return result;
  return { ...result, undone: [`${n} of ${sizes[family]} ${unit} were done`, ...undone] };
}

export function runFamily(
  family: Exclude<FamilyName, 'clock'>,
  system: System,
  { seed, sizes, say, isFull = false, quietWithinMs }: Omit<CampaignOptions, 'families'>,
): Promise<FamilyResult> {
  const random = createRandom(seed).fork(family);
  return ON_A_SYSTEM[family]({
    ...{ system, random, n: sizes[family], isFull, say },
    settle: (record) => settle(system, record, quietWithinMs),
  });
}

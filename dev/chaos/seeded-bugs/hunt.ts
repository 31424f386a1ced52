import { spawn } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import type { FamilyName, FamilyResult } from '../family.ts';
import type { SeededBug } from './bugs.ts';
import { patchedCheckout } from './patched-checkout.ts';

/** Small, and yet every scenario is played at least once. */
const SIZES: Readonly<Partial<Record<FamilyName, number>>> = {
  ...{ duplicates: 340, kills: 17, mail: 30, clock: 400, leaks: 1 },
};
/** A mail without an answer is asked after every half minute. */
const QUIET_SECONDS: Readonly<Partial<Record<FamilyName, string>>> = { mail: '60' };
const HUNT_WITHIN_MS = 6 * 60_000;

export interface Hunted {
  readonly bug: SeededBug;
  /** Checks that noticed, each once; none: it survived. */
  readonly caughtBy: readonly string[];
  readonly example: string;
}

/** Plays a small campaign, always the same, in a copy of the checkout that has the bug. */
export async function hunt(checkout: string, bug: SeededBug): Promise<Hunted> {
  const copy = patchedCheckout(checkout, bug);
  try {
    const report = path.join(copy.path, 'report.json');
    const args = [
      '--import',
      'tsx',
      'dev/chaos/cli.ts',
      '--family',
      bug.family,
      '--quiet-seconds',
      QUIET_SECONDS[bug.family] ?? '15',
    ];
    const said = await run(copy.path, [
      ...args,
      '--count',
      `${bug.family}=${SIZES[bug.family] ?? 10}`,
      '--json',
      report,
    ]);
    const found = await readFile(report, 'utf8').catch(() => undefined);
    if (found === undefined) {
      // With this bug the system does not even start, or the campaign not end: that is caught as well.
      return { bug, caughtBy: ['start'], example: said.trim().split('\n').at(-1) ?? '' };
    }
    const { results } = JSON.parse(found) as { results: FamilyResult[] };
    const violations = results.flatMap((result) => result.violations);
    const caughtBy = [...new Set(violations.map(({ check }) => check))];
    return { bug, caughtBy, example: violations[0]?.what ?? '' };
  } finally {
    copy.remove();
  }
}

/** Its output. A campaign that is ended ends all that it has started. */
function run(cwd: string, args: readonly string[]): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, args, {
      cwd,
      env: { ...process.env, FAULT_SEED: 'seeded-bugs' },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let said = '';
    for (const stream of [child.stdout, child.stderr])
      stream.on('data', (chunk: Buffer) => (said += chunk.toString()));
    const last = (): void => void child.kill('SIGTERM');
    process.once('exit', last);
    const timer = setTimeout(last, HUNT_WITHIN_MS);
    child.once('error', reject);
    child.once('exit', () => {
      clearTimeout(timer);
      process.off('exit', last);
      resolve(said);
    });
  });
}

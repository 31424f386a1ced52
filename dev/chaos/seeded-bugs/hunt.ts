import { readFile } from 'node:fs/promises';
import path from 'node:path';
import type { FamilyName, FamilyResult } from '../family.ts';
import { patchedCheckout } from './patched-checkout.ts';
import { runInCopy, type Run } from './run-in-copy.ts';
import type { SeededBug } from './seeded-bug.ts';

/** Small, and yet every scenario is played at least once. */
const SIZES: Readonly<Partial<Record<FamilyName, number>>> = {
  ...{ duplicates: 340, kills: 17, mail: 30, clock: 400, leaks: 1, deploy: 8 },
};
/** A mail without an answer is asked after every half minute. */
const QUIET_SECONDS: Readonly<Partial<Record<FamilyName, string>>> = { mail: '60' };

/** The campaign's own code for "not done"; a system that does not start ends it so, before any report. */
const NOT_DONE = 2;

export interface Hunted {
  readonly bug: SeededBug;
  /** `not done`: it took too long or told nothing. That says nothing about the bug. */
  readonly outcome: 'caught' | 'survived' | 'not done';
  /** Of what the bug names, what noticed. */
  readonly caughtBy: readonly string[];
  /** What noticed besides; it does not count. */
  readonly others: readonly string[];
  readonly example: string;
}

/** What one run told: by what something was noticed, and in which words. */
export interface Noticed {
  readonly by: string;
  readonly what: string;
}

/** Plays a small campaign, always the same, or a test file, in a copy of the checkout that has the bug. */
export async function hunt(checkout: string, bug: SeededBug): Promise<Hunted> {
  const copy = patchedCheckout(checkout, bug);
  try {
    const report = path.join(copy.path, 'report.json');
    const run = await runInCopy(
      copy.path,
      isTest(bug.by) ? testing(bug.by, bug.expect, report) : playing(bug.by, report),
    );
    const text = await readFile(report, 'utf8').catch(() => undefined);
    return judge(bug, run, text);
  } finally {
    copy.remove();
  }
}

/** Judges a run by its report; undefined: it wrote none. Only what the bug names counts. */
export function judge(bug: SeededBug, { said, code, isOutOfTime }: Run, report: string | undefined): Hunted {
  const last = said.trim().split('\n').at(-1) ?? '';
  if (isOutOfTime || report === undefined) {
    const isRefused = !isOutOfTime && code === NOT_DONE && bug.expect.includes('start');
    return {
      ...{ bug, others: [], example: last },
      ...(isRefused ? { outcome: 'caught', caughtBy: ['start'] } : { outcome: 'not done', caughtBy: [] }),
    };
  }
  const noticed = isTest(bug.by) ? failedTests(report) : campaignFound(report);
  const named = bug.expect.filter((name) => noticed.some((one) => fits(bug, name, one)));
  const isNamed = (one: Noticed): boolean => bug.expect.some((name) => fits(bug, name, one));
  return {
    bug,
    outcome: named.length > 0 ? 'caught' : 'survived',
    caughtBy: named,
    others: [...new Set(noticed.filter((one) => !isNamed(one)).map(({ by }) => by))],
    example: (noticed.find(isNamed) ?? noticed[0])?.what ?? '',
  };
}

function fits({ by }: SeededBug, name: string, noticed: Noticed): boolean {
  return isTest(by) ? noticed.by.includes(name) : noticed.by === name;
}

function isTest(by: SeededBug['by']): by is `test/${string}` {
  return by.startsWith('test/');
}

function playing(family: string, report: string): string[] {
  const name = family as FamilyName;
  return [
    ...['--import', 'tsx', 'dev/chaos/cli.ts', '--family', family],
    ...['--quiet-seconds', QUIET_SECONDS[name] ?? '15'],
    ...['--count', `${family}=${SIZES[name] ?? 10}`, '--json', report],
  ];
}

/** The named tests alone, or all of the file where none is named. */
function testing(file: string, titles: readonly string[], report: string): string[] {
  const literal = titles.map((title) => title.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&')).join('|');
  return [
    ...['node_modules/mocha/bin/mocha.js', '--no-config', '--node-option', 'import=tsx'],
    ...['--require', 'test/support/global-setup.ts', '--timeout', '60000'],
    ...['--reporter', 'json', '--reporter-option', `output=${report}`],
    ...(titles.length === 0 ? [] : ['--grep', literal]),
    file,
  ];
}

function campaignFound(report: string): Noticed[] {
  const { results } = JSON.parse(report) as { results: FamilyResult[] };
  return results.flatMap(({ violations, undone = [] }) => [
    ...violations.map(({ check, what }) => ({ by: check, what })),
    ...undone.map((what) => ({ by: 'undone', what })),
  ]);
}

function failedTests(report: string): Noticed[] {
  const { failures } = JSON.parse(report) as {
    failures: { fullTitle: string; err: { message?: string } }[];
  };
  return failures.map(({ fullTitle, err }) => ({
    by: fullTitle,
    what: (err.message ?? '').split('\n')[0] ?? '',
  }));
}

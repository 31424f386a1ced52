/**
 * `npm run suites`: every test file, in two mocha processes side by side, each with servers of its own. What the
 * second says comes after the first; the last line sums both up. `npm run suites -- FILE…` runs these files alone.
 */
import { spawn } from 'node:child_process';
import { readdirSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const MOCHA = path.join(ROOT, 'node_modules', 'mocha', 'bin', 'mocha.js');
const SUMMARY = /^(\d+) passed, (\d+) failed$/gm;

interface Ended {
  readonly passed: number;
  readonly failed: number;
}

const asked = process.argv.slice(2);
const all = readdirSync(path.join(ROOT, 'test'), { recursive: true, encoding: 'utf8' })
  .filter((file) => file.endsWith('.test.ts'))
  .map((file) => path.join('test', file))
  .toSorted();
const halves = asked.length > 0 ? [asked] : [0, 1].map((half) => all.filter((_, at) => at % 2 === half));
const runs = halves.map((half, at) => run(half, at === 0));
const ended: Ended[] = [];
for (const { isLive, ending } of runs) {
  const { code, said } = await ending;
  if (!isLive) process.stdout.write(said);
  ended.push(outcomeOf(code, said));
}
const sum = (count: (one: Ended) => number): number => ended.reduce((total, one) => total + count(one), 0);
const failed = sum((one) => one.failed);
process.stdout.write(`\n${sum((one) => one.passed)} passed, ${failed} failed\n`);
process.exitCode = failed > 0 ? 1 : 0;

function run(these: readonly string[], isLive: boolean) {
  const child = spawn(process.execPath, [MOCHA, ...these], {
    cwd: ROOT,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, FORCE_COLOR: process.stdout.isTTY ? '1' : '0' },
  });
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => child.kill(signal));
  let said = '';
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (text: string) => {
      said += text;
      if (isLive) process.stdout.write(text);
    });
  const ending = new Promise<{ code: number | null; said: string }>((resolve) => {
    child.on('close', (code) => resolve({ code, said }));
  });
  return { isLive, ending };
}

/** A process that ends without its summary, or badly although nothing failed, is a failure of its own. */
function outcomeOf(code: number | null, said: string): Ended {
  const [, passed = '0', failed = '0'] = [...said.matchAll(SUMMARY)].at(-1) ?? [];
  return { passed: Number(passed), failed: code === 0 ? Number(failed) : Math.max(1, Number(failed)) };
}

import { execFileSync } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { SeededBug } from './seeded-bug.ts';

type Patch = Pick<SeededBug, 'file' | 'from' | 'to'>;

/** The text with the bug in it. @throws Error unless `from` stands in it exactly once */
export function patched(text: string, { file, from, to }: Patch): string {
  const [before, after, ...more] = text.split(from);
  if (before === undefined || after === undefined || more.length > 0)
    throw new Error(`${file} does not hold exactly once: ${from}`);
  return before + to + after;
}

/** A copy of the checkout with one bug in it; the checkout itself stays as it is. `remove` takes it away. */
export function patchedCheckout(checkout: string, bug: Patch): { path: string; remove: () => void } {
  const folder = mkdtempSync(path.join(tmpdir(), 'plan-change-seeded-'));
  const listed = execFileSync('git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard'], {
    cwd: checkout,
    encoding: 'utf8',
    maxBuffer: 64 * 1024 * 1024,
  });
  for (const name of listed.split('\0')) {
    const from = path.join(checkout, name);
    if (name === '' || !existsSync(from)) continue;
    mkdirSync(path.dirname(path.join(folder, name)), { recursive: true });
    cpSync(from, path.join(folder, name));
  }
  symlinkSync(path.join(checkout, 'node_modules'), path.join(folder, 'node_modules'));
  const target = path.join(folder, bug.file);
  writeFileSync(target, patched(readFileSync(target, 'utf8'), bug));
  return {
    path: folder,
    remove: () => rmSync(folder, { recursive: true, force: true, maxRetries: 5 }),
  };
}

import { spawn } from 'node:child_process';

/** A release that does not fit its histories is tried for minutes before the campaign says so. */
const WITHIN_MS = 12 * 60_000;

export interface Run {
  readonly said: string;
  /** Null: ended by a signal. */
  readonly code: number | null;
  readonly isOutOfTime: boolean;
}

/** Runs node there. A campaign that is ended ends all that it has started. Rejects when node cannot be started. */
export function runInCopy(cwd: string, args: readonly string[]): Promise<Run> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, args, {
      cwd,
      env: { ...process.env, FAULT_SEED: 'seeded-bugs' },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let said = '';
    let isOutOfTime = false;
    for (const stream of [child.stdout, child.stderr])
      stream.on('data', (chunk: Buffer) => (said += chunk.toString()));
    const last = (): void => void child.kill('SIGTERM');
    process.once('exit', last);
    const timer = setTimeout(() => {
      isOutOfTime = true;
      last();
    }, WITHIN_MS);
    child.once('error', reject);
    child.once('exit', (code) => {
      clearTimeout(timer);
      process.off('exit', last);
      resolve({ said, code, isOutOfTime });
    });
  });
}

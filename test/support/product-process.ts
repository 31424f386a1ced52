import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** A process of the product, as production runs it, that a test may kill. */
export interface ProductProcess {
  readonly pid: number;
  /** `kill -9`, and waits until it is gone. */
  kill(): Promise<void>;
  /** SIGTERM, and waits for the drain; returns the exit code. */
  stop(): Promise<number | null>;
  /** Everything it has logged. */
  readonly logs: readonly string[];
}

/** Starts `worker.ts` or `api/server.ts` with exactly this environment besides PATH and HOME. */
export function startProductProcess(
  entry: 'worker.ts' | 'api/server.ts',
  env: Readonly<Record<string, string>>,
): ProductProcess {
  const { PATH = '', HOME = '' } = process.env;
  const child: ChildProcess = spawn(process.execPath, ['--import', 'tsx', entry], {
    cwd: root,
    env: { PATH, HOME, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const logs: string[] = [];
  child.stdout?.on('data', (chunk: Buffer) => logs.push(chunk.toString()));
  child.stderr?.on('data', (chunk: Buffer) => logs.push(chunk.toString()));
  const exited = once(child, 'exit');
  // Should the run end without the test's own clean-up.
  const last = (): void => void child.kill('SIGKILL');
  process.once('exit', last);
  void exited.then(() => process.off('exit', last));
  return {
    pid: child.pid ?? 0,
    logs,
    async kill() {
      child.kill('SIGKILL');
      await exited;
    },
    async stop() {
      child.kill('SIGTERM');
      await exited;
      return child.exitCode;
    },
  };
}

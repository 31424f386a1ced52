/** `npm start`: every part of the system on this machine, with nothing installed beforehand but Node. */
import { existsSync, writeFileSync } from 'node:fs';
import { spawn, type ChildProcess } from 'node:child_process';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { Command } from 'commander';
import { demoCustomers } from './seed/seed-demo.ts';
import { writeDemoCustomers } from './stack/endpoints.ts';
import { isAlive } from './stack/process.ts';
import { program } from './stack/services.ts';
import { createStack, type RunningStack } from './stack/stack.ts';
import { readStartConfig, type StartConfig } from './stack/start-config.ts';
import { explainFailure, StartError } from './stack/start-error.ts';
import { launchingNpm } from './stack/start-lock.ts';
import { summary } from './stack/summary.ts';

const checkout = fileURLToPath(new URL('..', import.meta.url));
/** One Ctrl-C may reach us twice: from the terminal, and handed on by the npm that the terminal told as well. */
const SAME_SIGNAL_MS = 500;
const NPM_WATCH_MS = 500;

interface Options {
  readonly dataDir?: string;
  readonly accounts?: string;
  readonly demo: boolean;
}

/** Thrown into the start by Ctrl-C. */
class Stopped extends Error {
  override readonly name = 'Stopped';
}

async function main(): Promise<number> {
  const options = new Command('npm start --')
    .description('Starts PostgreSQL, a Temporal server with its UI, a SendGrid double, worker and API.')
    .option('--data-dir <dir>', 'where everything is kept (default: $DATA_DIR, else .local)')
    .option('--accounts <number>', 'how many real accounts to load (default: $SEED_ACCOUNTS, else 300)')
    .option('--no-demo', 'leave out the demonstration that ends a first start')
    .parse()
    .opts<Options>();
  const config = readStartConfig(process.env, options);
  const starting = new AbortController();
  const stack = createStack({ config, checkout, starting, say });
  const demo = createDemo(config);
  const stopped = onStopSignals(starting, () => {
    demo.kill();
    stack.kill();
  });
  try {
    const running = await stack.up();
    console.log(summary(running.endpoints, config));
    demo.playOnce(running, options.demo);
    await stopped;
    return 0;
  } catch (error) {
    if (error instanceof Stopped) return 0;
    report(error, config);
    return error instanceof StartError ? error.exitCode : 1;
  } finally {
    demo.kill();
    await stack.down();
  }
}

/** Plays the six steps once in the life of a DATA_DIR, when all is up. */
function createDemo(config: StartConfig): {
  playOnce(running: RunningStack, wanted: boolean): void;
  kill(): void;
} {
  let child: ChildProcess | undefined;
  return {
    playOnce({ env, endpoints }, wanted) {
      const played = path.join(config.dataDir, 'demo-played');
      if (existsSync(played)) return;
      writeFileSync(played, '', { mode: 0o600 });
      if (!wanted) return;
      const { file, args } = program(checkout, 'dev/demo.ts', [], env);
      child = spawn(file, [...args], {
        cwd: checkout,
        env,
        stdio: ['ignore', 'inherit', 'inherit'],
        detached: true,
      });
      child.once('exit', (code) => {
        child = undefined;
        void refreshDemoCustomers(config.dataDir, endpoints.databaseUrl);
        if (code !== 0) say('The demonstration did not get to its end. `npm run demo` plays it again.');
        say('Everything runs. Ctrl-C stops it.');
      });
    },
    kill() {
      child?.removeAllListeners('exit').kill('SIGKILL');
    },
  };
}

/** The account that the demonstration took has another plan now. */
async function refreshDemoCustomers(dataDir: string, databaseUrl: string): Promise<void> {
  try {
    await writeDemoCustomers(dataDir, await demoCustomers(databaseUrl));
  } catch (error) {
    say(`demo-customers.json could not be written again: ${explainFailure(error, dataDir).message}`);
  }
}

/**
 * Resolves at the first SIGINT, SIGTERM or SIGHUP; a second one kills everything at once. npm does not hand a
 * SIGTERM on further than to its shell, so the end of the npm that started us counts as one.
 */
function onStopSignals(starting: AbortController, kill: () => void): Promise<void> {
  return new Promise((resolve) => {
    let first: number | undefined;
    const handle = (): void => {
      if (first === undefined) {
        first = Date.now();
        console.log('\nStopping: what is under way is finished first. Ctrl-C again ends everything at once.');
        starting.abort(new Stopped());
        resolve();
      } else if (Date.now() - first > SAME_SIGNAL_MS) {
        kill();
        process.exit(1);
      }
    };
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, handle);
    const npm = launchingNpm();
    const watch = setInterval(() => {
      if (!npm || isAlive(npm)) return;
      clearInterval(watch);
      if (first === undefined) handle();
    }, NPM_WATCH_MS);
    watch.unref();
  });
}

function report(error: unknown, config?: StartConfig): void {
  const { message, advice } = explainFailure(error, config?.dataDir ?? '.');
  console.error(`\n${message}\n${advice}`);
  if (config?.showStacks === true) console.error(error);
}

function say(line: string): void {
  console.log(`${new Date().toTimeString().slice(0, 8)} ${line}`);
}

// The terminal may be gone before we are: that must not keep the children from being stopped.
for (const stream of [process.stdout, process.stderr]) stream.on('error', () => undefined);

try {
  process.exitCode = await main();
} catch (error) {
  report(error);
  process.exitCode = 1;
}
process.exit();

import path from 'node:path';
import type { Ports } from './ports.ts';
import type { PostgresHome } from './postgres-home.ts';
import { endPostmaster, postgresAnswers, postgresCommand } from './postgres.ts';
import type { Command } from './process.ts';
import type { Service } from './supervisor.ts';
import { acceptsConnections } from './tcp.ts';
import { temporalAnswers } from './temporal-namespace.ts';
import { temporalCommand } from './temporal-server.ts';

/** Callers first, so that nobody is left waiting for a server that is gone. */
export const STOP_ORDER = ['api', 'worker', 'outbox', 'temporal', 'postgres'] as const;

/** A process that has begun to end may drain for this long. */
const DRAIN_WITHIN = 20_000;

export function postgresService(home: PostgresHome, port: number, password: string): Service {
  return {
    name: 'postgres',
    title: 'PostgreSQL',
    command: postgresCommand(home, { port, durable: true }),
    // Crash recovery comes before the first answer.
    answers: () => postgresAnswers({ port, password }),
    answersWithin: 60_000,
    // Fast: transactions are rolled back, connections closed, data flushed.
    stop: { signal: 'SIGINT', within: DRAIN_WITHIN },
    prepare: () => endPostmaster(home.cluster),
  };
}

export function temporalService(options: {
  binary: string;
  dataDir: string;
  numbers: Ports['numbers'];
  namespace: string;
  env: NodeJS.ProcessEnv;
}): Service {
  const { temporal: port, temporalUi: uiPort, temporalMetrics: metricsPort } = options.numbers;
  const { binary, namespace, env } = options;
  const databaseFile = path.join(options.dataDir, 'temporal.db');
  return {
    name: 'temporal',
    title: 'the Temporal server',
    command: temporalCommand({ binary, port, uiPort, metricsPort, databaseFile, namespace, env }),
    answers: () => temporalAnswers(`127.0.0.1:${port}`, namespace),
    answersWithin: 30_000,
    stop: { signal: 'SIGTERM', within: DRAIN_WITHIN },
  };
}

/** The key by which the API knows the events of the double. */
export function webhookKeyFile(dataDir: string): string {
  return path.join(dataDir, 'webhook-key.pem');
}

export function outboxService(options: {
  checkout: string;
  dataDir: string;
  port: number;
  /** The API's origin, which hears what becomes of each mail; undefined: mail goes to SendGrid itself. */
  api: string | undefined;
  env: NodeJS.ProcessEnv;
}): Service {
  const file = path.join(options.dataDir, 'outbox.jsonl');
  const args = ['--port', String(options.port), '--file', file];
  if (options.api !== undefined) {
    const url = `${options.api}/v1/webhooks/sendgrid`;
    args.push('--webhook', url, '--webhook-key', webhookKeyFile(options.dataDir));
  }
  return {
    name: 'outbox',
    title: 'the SendGrid double',
    command: program(options.checkout, 'dev/sendgrid-double/server.ts', args, options.env),
    answers: () => acceptsConnections(`127.0.0.1:${options.port}`),
    answersWithin: 30_000,
    stop: { signal: 'SIGTERM', within: 5_000 },
  };
}

export function workerService(checkout: string, env: NodeJS.ProcessEnv): Service {
  return {
    name: 'worker',
    title: 'the worker',
    command: program(checkout, 'worker.ts', [], env),
    // Whether it polls is what the API's /readyz tells.
    answers: () => true,
    answersWithin: 30_000,
    stop: { signal: 'SIGTERM', within: DRAIN_WITHIN },
  };
}

export function apiService(checkout: string, address: string, env: NodeJS.ProcessEnv): Service {
  return {
    name: 'api',
    title: 'the API',
    command: program(checkout, 'api/server.ts', [], env),
    answers: () => acceptsConnections(address),
    answersWithin: 30_000,
    stop: { signal: 'SIGTERM', within: DRAIN_WITHIN },
  };
}

/** A TypeScript program of this checkout, without a wrapper between us and it: its signals are its own. */
export function program(
  checkout: string,
  file: string,
  args: readonly string[],
  env: NodeJS.ProcessEnv,
): Command {
  return { file: process.execPath, args: ['--import', 'tsx', file, ...args], cwd: checkout, env };
}

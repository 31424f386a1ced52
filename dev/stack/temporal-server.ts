import type { Command } from './process.ts';

/** What ops filter and sort changes by in the Temporal UI (design.md, the workflow, rule 9). */
export const SEARCH_ATTRIBUTES = {
  PlanChangeStatus: 'Keyword',
  CustomerId: 'Keyword',
  PlanCode: 'Keyword',
  ConsentMethod: 'Keyword',
  EffectiveDate: 'Datetime',
  HoldReason: 'Keyword',
} as const;

export interface TemporalServerOptions {
  readonly binary: string;
  readonly port: number;
  readonly uiPort: number;
  readonly metricsPort: number;
  /** SQLite file: with it the server's state outlives `kill -9`. */
  readonly databaseFile: string;
  readonly namespace: string;
  /** For PATH and HOME. */
  readonly env: NodeJS.ProcessEnv;
}

/**
 * Settings of a small server. The poll limits and the single partitions are worth 2 to 3 times in latency (the
 * default of 20 polls a second for each shard hides 40 to 50 ms in every workflow task); time skipping and pause
 * are used by tests and ops. The time-skipping key is being renamed between releases, so both names are set.
 */
const DYNAMIC_CONFIG = {
  'frontend.WorkflowTimeSkippingEnabled': 'true',
  'system.workflowTimeSkippingEnabled': 'true',
  'frontend.WorkflowPauseEnabled': 'true',
  'history.transferProcessorMaxPollRPS': '2000',
  'history.timerProcessorMaxPollRPS': '2000',
  'history.visibilityProcessorMaxPollRPS': '2000',
  'matching.numTaskqueueReadPartitions': '1',
  'matching.numTaskqueueWritePartitions': '1',
} as const;

/** `temporal server start-dev` with its UI, on 127.0.0.1 only, every write flushed to the disk. */
export function temporalCommand(options: TemporalServerOptions): Command {
  const repeated = (flag: string, pairs: Readonly<Record<string, string>>): string[] =>
    Object.entries(pairs).flatMap(([key, value]) => [flag, `${key}=${value}`]);
  const args = [
    ...['server', 'start-dev', '--ip', '127.0.0.1', '--ui-ip', '127.0.0.1'],
    ...['--port', String(options.port), '--ui-port', String(options.uiPort)],
    ...['--metrics-port', String(options.metricsPort)],
    ...['--db-filename', options.databaseFile],
    ...['--namespace', options.namespace],
    ...['--log-level', 'error', '--log-format', 'json'],
    ...repeated('--sqlite-pragma', { journal_mode: 'WAL', synchronous: '2' }),
    ...repeated('--dynamic-config-value', DYNAMIC_CONFIG),
    ...repeated('--search-attribute', SEARCH_ATTRIBUTES),
  ];
  // Fewer collections for a process of 100 MB: a cheap gain in latency.
  return { file: options.binary, args, env: { ...options.env, GOGC: '400' } };
}

import { fileURLToPath } from 'node:url';
import { Client, Connection, type ConnectionOptions } from '@temporalio/client';
import { bundleWorkflowCode, DefaultLogger, type WorkflowBundleOption } from '@temporalio/worker';
import { acceptsConnections } from '../stack/tcp.ts';
import { CHECKS } from './all-checks.ts';
import { AuditError, explainFailure } from './audit-error.ts';
import type { Check, CheckContext, Finding, Query, Source, TimeRange } from './check.ts';
import { loadHistories, type Histories } from './histories.ts';
import { openReadOnly } from './read-only-database.ts';

export interface AuditOptions {
  /** As any role that may read; the auditor's will do. */
  readonly databaseUrl: string;
  /** Without it the histories are not checked, and the report says so. */
  readonly temporal?: {
    readonly address: string;
    readonly namespace: string;
    /** Only workflows of this task queue; all plan changes of the namespace when undefined. */
    readonly taskQueue?: string;
    /** TLS, API key and the like. */
    readonly connection?: ConnectionOptions;
  };
  /** When the server lost workflows: restored from an older backup, or a shorter retention. */
  readonly lostHistories?: TimeRange | undefined;
  /** A built workflow bundle to replay with; made from workflows/ when undefined. */
  readonly bundlePath?: string;
  /** All of them unless given. */
  readonly checks?: readonly Check[];
  readonly onProgress?: (progress: AuditProgress) => void;
}

export type AuditProgress =
  | { readonly kind: 'reading'; readonly histories: number; readonly of: number }
  | { readonly kind: 'checking'; readonly id: string; readonly title: string }
  | { readonly kind: 'failed'; readonly id: string; readonly error: unknown }
  | { readonly kind: 'checked'; readonly report: CheckReport };

export interface Counted {
  readonly what: string;
  readonly n: number;
}

export interface CheckReport {
  readonly id: string;
  readonly title: string;
  /** How many facts were looked at: rows and events. */
  readonly looked: number;
  /** How many rules of the schema were found in force, or not. */
  readonly guards: number;
  readonly findings: readonly Finding[];
  readonly unchecked: readonly Counted[];
  /** What it could not compare with at all. */
  readonly without: readonly Source[];
  readonly counted: readonly Counted[];
  /** Why the check could not run to its end; null: it did. */
  readonly failure: string | null;
}

export interface AuditReport {
  readonly startedAt: string;
  readonly milliseconds: number;
  readonly checks: readonly CheckReport[];
}

/**
 * Checks the invariants over the database and the Temporal histories. Writes nothing.
 * @throws AuditError when there is nothing to audit: database or Temporal cannot be reached
 */
export async function audit(options: AuditOptions): Promise<AuditReport> {
  const started = performance.now();
  const startedAt = new Date().toISOString();
  const progress = options.onProgress ?? (() => undefined);
  const database = await openReadOnly(options.databaseUrl).catch((error: unknown) => {
    throw new AuditError(explainFailure(error), { cause: error });
  });
  const connection = options.temporal && (await connect(options.temporal).catch(closing(database)));
  try {
    const histories =
      options.temporal &&
      connection &&
      (await loadHistories({
        client: new Client({ connection, namespace: options.temporal.namespace }),
        taskQueue: options.temporal.taskQueue,
        onProgress: (read, of) => progress({ kind: 'reading', histories: read, of }),
      }));
    const checks: CheckReport[] = [];
    for (const check of options.checks ?? CHECKS) {
      progress({ kind: 'checking', id: check.id, title: check.title });
      const report = await runCheck(check, {
        query: database.query,
        histories,
        lostHistories: options.lostHistories,
        workflowBundle: bundleOf(options.bundlePath),
        onFailure: (error) => progress({ kind: 'failed', id: check.id, error }),
      });
      checks.push(report);
      progress({ kind: 'checked', report });
    }
    return { startedAt, milliseconds: Math.round(performance.now() - started), checks };
  } finally {
    await connection?.close();
    await database.close();
  }
}

export interface CheckSources {
  readonly query: Query;
  readonly histories: Histories | undefined;
  readonly lostHistories?: TimeRange | undefined;
  readonly workflowBundle: () => Promise<WorkflowBundleOption>;
  /** What the report's sentence leaves out. */
  readonly onFailure?: (error: unknown) => void;
}

/** Runs one check and counts for it. A check that fails is reported as failed: the others still say something. */
export async function runCheck(check: Check, sources: CheckSources): Promise<CheckReport> {
  let looked = 0;
  let guards = 0;
  const unchecked = new Map<string, number>();
  const counted = new Map<string, number>();
  const without = new Set<Source>();
  const add = (to: Map<string, number>) => (what: string, n: number) => {
    if (n > 0) to.set(what, (to.get(what) ?? 0) + n);
  };
  const context: CheckContext = {
    query: sources.query,
    workflowBundle: sources.workflowBundle,
    lostHistories: sources.lostHistories,
    get histories() {
      if (!sources.histories) {
        unchecked.set('the histories: no Temporal server was given', 1);
        without.add('histories');
      }
      return sources.histories;
    },
    looked: (n) => {
      looked += n;
    },
    guarded: (n) => {
      guards += n;
    },
    unchecked: (what, n, source) => {
      add(unchecked)(what, n);
      if (source !== undefined && n > 0) without.add(source);
    },
    counted: add(counted),
  };
  let findings: readonly Finding[] = [];
  let failure: string | null = null;
  try {
    findings = await check.run(context);
  } catch (error) {
    failure = explainFailure(error);
    sources.onFailure?.(error);
  }
  return {
    id: check.id,
    title: check.title,
    looked,
    guards,
    findings,
    unchecked: list(unchecked),
    without: [...without],
    counted: list(counted),
    failure,
  };
}

function list(counts: ReadonlyMap<string, number>): Counted[] {
  return [...counts].map(([what, n]) => ({ what, n }));
}

async function connect(temporal: NonNullable<AuditOptions['temporal']>): Promise<Connection> {
  const { address, namespace } = temporal;
  try {
    // A client that finds nobody keeps trying for seconds.
    if (!(await acceptsConnections(address))) throw new Error('nobody accepts connections');
    const connection = await Connection.connect({ connectTimeout: 5_000, ...temporal.connection, address });
    await connection.withDeadline(Date.now() + 5_000, () =>
      connection.workflowService.describeNamespace({ namespace }),
    );
    return connection;
  } catch (error) {
    throw new AuditError(
      `The Temporal server at ${address}, namespace ${namespace}, cannot be used: start the system with \`npm start\`, or check --temporal and --namespace.`,
      { cause: error },
    );
  }
}

function closing(database: { close: () => Promise<void> }) {
  return async (error: unknown): Promise<never> => {
    await database.close();
    throw error;
  };
}

/** The code that every history must replay with, bundled at its first use. */
function bundleOf(bundlePath: string | undefined): () => Promise<WorkflowBundleOption> {
  let bundle: Promise<WorkflowBundleOption> | undefined;
  return () =>
    (bundle ??=
      bundlePath === undefined
        ? bundleWorkflowCode({
            workflowsPath: fileURLToPath(new URL('../../workflows/index.ts', import.meta.url)),
            logger: new DefaultLogger('ERROR'),
          })
        : Promise.resolve({ codePath: bundlePath }));
}

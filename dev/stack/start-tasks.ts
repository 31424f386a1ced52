import { Listr } from 'listr2';
import { migrate, roleUrl } from '../../db/migrate.ts';
import { retiredKeyText } from '../../evidence/signing-key.ts';
import { demoCustomers, seedDemo } from '../seed/seed-demo.ts';
import { webhookKey } from '../sendgrid-double/webhook-key.ts';
import { bringUpPostgres, bringUpTemporal, type PostgresPlace, type TemporalPlace } from './bring-up.ts';
import { productEnv } from './child-env.ts';
import { buildConsole } from './console-build.ts';
import type { DevelopmentKeys } from './development-keys.ts';
import { writeDemoCustomers, writeEndpoints, type Endpoints } from './endpoints.ts';
import { anchorFolder, evidenceKeys } from './evidence-keys.ts';
import { checkNewestAnchor } from './newest-anchor.ts';
import type { Ports } from './ports.ts';
import { waitUntilReady } from './readiness.ts';
import { apiService, outboxService, webhookKeyFile, workerService } from './services.ts';
import type { StartConfig } from './start-config.ts';
import type { Supervisor } from './supervisor.ts';
import { buildWorkflowBundle } from './workflow-bundle.ts';

/** What one step hands to the next; each is there once its step is done. */
export interface Progress {
  ports: Ports;
  keys: DevelopmentKeys;
  postgres: PostgresPlace;
  temporal: TemporalPlace;
  bundle: string;
  consoleFolder: string;
  appUrl: string;
  env: NodeJS.ProcessEnv;
  endpoints: Endpoints;
}

export interface TaskParts {
  readonly config: StartConfig;
  readonly checkout: string;
  readonly supervisor: Supervisor;
  readonly logFolder: string;
  readonly signal: AbortSignal;
  readonly quiet?: boolean;
  readonly envFor?: EnvFor;
}

/** The environment of one of the product's processes, made from the common one. */
export type EnvFor = (part: 'worker' | 'api', env: NodeJS.ProcessEnv) => Promise<NodeJS.ProcessEnv>;

/** The steps of a start, with their progress: servers, schema, accounts, product, ready. */
export function startTasks(parts: TaskParts): Listr<Progress> {
  const { config, checkout, supervisor, logFolder, signal, quiet = false } = parts;
  const envFor: EnvFor = parts.envFor ?? ((_part, env) => Promise.resolve(env));
  const { dataDir } = config;
  const api = (done: Progress): string => `http://${reachable(config.apiHost)}:${done.ports.numbers.api}`;
  const outbox = (done: Progress): string => `http://127.0.0.1:${done.ports.numbers.outbox}`;

  return new Listr<Progress>(
    [
      {
        title: 'Servers',
        task: (_done, task) =>
          task.newListr(
            [
              {
                title: 'PostgreSQL',
                task: async (done, step) => {
                  const { numbers } = done.ports;
                  done.postgres = await bringUpPostgres({ config, numbers, supervisor });
                  step.title = `PostgreSQL: ${done.postgres.description}`;
                },
              },
              {
                title: 'Temporal server',
                task: async (done, step) => {
                  const { numbers } = done.ports;
                  done.temporal = await bringUpTemporal({ config, numbers, supervisor }, (line) => {
                    step.output = line;
                  });
                  step.title = `Temporal server: ${done.temporal.description}`;
                },
              },
              {
                title: 'SendGrid double',
                task: async (done, step) => {
                  const { outbox: port } = done.ports.numbers;
                  const reportsTo = config.sendgridKey === undefined ? api(done) : undefined;
                  const { env } = config;
                  await supervisor.start(outboxService({ checkout, dataDir, port, api: reportsTo, env }));
                  step.title = `SendGrid double: ${outbox(done)}${config.sendgridKey === undefined ? '' : ' (idle: mail goes to SendGrid)'}`;
                },
              },
              {
                title: 'Workflow bundle',
                task: async (done, step) => {
                  const { file, isNew } = await buildWorkflowBundle({ checkout, dataDir });
                  done.bundle = file;
                  step.title = `Workflow bundle: ${isNew ? 'made' : 'up to date'}`;
                },
              },
              {
                title: 'Console',
                task: async (done, step) => {
                  const { folder, isNew } = await buildConsole({ checkout, dataDir });
                  done.consoleFolder = folder;
                  step.title = `Console: ${isNew ? 'built' : 'up to date'}`;
                },
              },
            ],
            { concurrent: true },
          ),
      },
      {
        title: 'Database schema',
        task: async (done) => {
          const { ownerUrl, passwords } = done.postgres;
          await migrate({ ownerUrl, passwords });
          done.appUrl = roleUrl(ownerUrl, 'app', passwords.app);
          const { verificationKey } = await webhookKey(webhookKeyFile(dataDir));
          const { signingKey, pem, retired } = await evidenceKeys(dataDir, {
            env: config.env,
            check: (keys) => checkNewestAnchor(done.appUrl, keys),
          });
          done.env = productEnv(config, {
            api: api(done),
            apiPort: done.ports.numbers.api,
            outbox: outbox(done),
            databaseUrl: done.appUrl,
            temporalAddress: done.temporal.address,
            temporalNamespace: done.temporal.namespace,
            temporalUi: done.temporal.uiUrl,
            workflowBundle: done.bundle,
            evidence: {
              signingKey: pem,
              signingSince: signingKey.notBefore ?? '',
              retiredKeys: retired.map(retiredKeyText).join(','),
              anchorFolder: anchorFolder(dataDir),
            },
            consoleFolder: done.consoleFolder,
            webhookVerificationKey: verificationKey,
          });
        },
      },
      {
        title: 'Accounts, worker and API',
        task: (_done, task) =>
          task.newListr(
            [
              {
                title: 'Accounts',
                task: async (done, step) => {
                  const { ownerUrl, passwords } = done.postgres;
                  await seedDemo({
                    migratorUrl: roleUrl(ownerUrl, 'migrator', passwords.migrator),
                    accounts: config.accounts,
                    keys: done.keys,
                    onProgress: (count, total) => {
                      step.output = `${count} of ${total}`;
                    },
                  });
                  const customers = await demoCustomers(done.appUrl);
                  await writeDemoCustomers(dataDir, customers);
                  step.title = `Accounts: ${config.accounts} real ones, ${customers.length} of them in demo-customers.json`;
                },
              },
              {
                title: 'Worker',
                task: async (done) =>
                  supervisor.start(workerService(checkout, await envFor('worker', done.env))),
              },
              {
                title: 'API',
                task: async (done, step) => {
                  const address = `${reachable(config.apiHost)}:${done.ports.numbers.api}`;
                  await supervisor.start(apiService(checkout, address, await envFor('api', done.env)));
                  step.title = `API: ${api(done)}`;
                },
              },
            ],
            { concurrent: true },
          ),
      },
      {
        title: 'Everything ready',
        task: async (done) => {
          await waitUntilReady(api(done), { within: 60_000, logFolder, signal });
          done.endpoints = {
            api: api(done),
            console: `${api(done)}/console`,
            docs: `${api(done)}/docs`,
            temporalAddress: done.temporal.address,
            temporalUi: done.temporal.uiUrl,
            outbox: outbox(done),
            databaseUrl: done.appUrl,
            keys: done.keys,
          };
          await writeEndpoints(dataDir, done.endpoints);
        },
      },
    ],
    {
      concurrent: false,
      // Signals are ours: the children have to be stopped first.
      registerSignalListeners: false,
      fallbackRenderer: 'simple',
      silentRendererCondition: quiet,
      rendererOptions: { collapseSubtasks: false, showErrorMessage: false, collapseErrors: false },
      fallbackRendererOptions: {},
    },
  );
}

/** An address to listen on is not always one to call. */
function reachable(host: string): string {
  if (host === '0.0.0.0' || host === '::') return '127.0.0.1';
  return host.includes(':') ? `[${host}]` : host;
}

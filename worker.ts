import { NativeConnection, Runtime, Worker } from '@temporalio/worker';
import { pino } from 'pino';
import { createActivities } from './activities/index.ts';
import { ConfigError, loadConfig } from './config.ts';
import { openDatabase } from './db/knex.ts';
import { createSteps } from './db/once.ts';
import { createOutbox } from './db/stores/outbox.ts';
import { DEFAULT_POLICY } from './domain/policy.ts';
import { createSendgridMailer } from './emails/sendgrid-mailer.ts';
import { createTemplates } from './emails/templates.ts';

/** Composition root of the worker: real database, real mail, workflows from the prebuilt bundle. */
const MAIL_UNKNOWN_FOR_MS = 10 * 60_000;

async function main(): Promise<void> {
  const config = loadConfig();
  const { apiKey } = config.mail;
  if (apiKey === undefined) {
    throw new ConfigError(
      'Set SENDGRID_API_KEY to the key with which mails are sent, then start the worker again.',
    );
  }
  const log = pino({ level: config.logLevel, base: { process: 'worker' } });
  Runtime.install({
    logger: {
      log: (level, message, meta) => {
        log[LEVELS[level]](meta ?? {}, message);
      },
      trace: (message, meta) => log.trace(meta ?? {}, message),
      debug: (message, meta) => log.debug(meta ?? {}, message),
      info: (message, meta) => log.info(meta ?? {}, message),
      warn: (message, meta) => log.warn(meta ?? {}, message),
      error: (message, meta) => log.error(meta ?? {}, message),
    },
  });

  const knex = openDatabase({
    url: config.databaseUrl,
    applicationName: 'plan-change worker',
    maxConnections: 20,
  });
  const connection = await NativeConnection.connect(config.temporal.connection);
  const worker = await Worker.create({
    connection,
    namespace: config.temporal.namespace,
    taskQueue: config.temporal.taskQueue,
    ...(config.temporal.workflowBundle === undefined
      ? { workflowsPath: new URL('./workflows/index.ts', import.meta.url).pathname }
      : { workflowBundle: { codePath: config.temporal.workflowBundle } }),
    activities: createActivities({
      steps: createSteps(knex),
      outbox: createOutbox(knex, { publicUrl: config.api.publicUrl }),
      mailer: createSendgridMailer({ ...config.mail, apiKey, fromName: config.mail.companyName }),
      templates: createTemplates({
        name: config.mail.companyName,
        phone: config.mail.companyPhone,
        supportEmail: config.mail.from,
        publicUrl: config.api.publicUrl,
      }),
      policy: DEFAULT_POLICY,
      mailUnknownForMs: MAIL_UNKNOWN_FOR_MS,
    }),
    maxConcurrentActivityTaskExecutions: 20,
    maxConcurrentLocalActivityExecutions: 20,
    // 360 kB each: some 180 MB at the most.
    maxCachedWorkflows: 500,
    // What a killed worker costs the change it was working on.
    stickyQueueScheduleToStartTimeout: '2 seconds',
    shutdownGraceTime: '10 seconds',
  });
  log.info({ taskQueue: config.temporal.taskQueue }, 'worker is polling');
  try {
    // Drains on SIGTERM and SIGINT: no new tasks, those under way finish.
    await worker.run();
  } finally {
    await connection.close();
    await knex.destroy();
  }
}

const LEVELS = { TRACE: 'trace', DEBUG: 'debug', INFO: 'info', WARN: 'warn', ERROR: 'error' } as const;

await main().catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
});

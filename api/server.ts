import { once } from 'node:events';
import { pino } from 'pino';
import { loadConfig } from '../config.ts';
import { openDatabase } from '../db/knex.ts';
import { sweepEvidence } from '../db/stores/evidence.ts';
import { AnchorRowError } from '../db/stores/note-anchors.ts';
import { DEFAULT_POLICY } from '../domain/policy.ts';
import { readEffectiveKeys } from '../evidence/effective-keys.ts';
import { AnchorFileError } from '../evidence/anchor-file.ts';
import { readRetiredKey } from '../evidence/signing-key.ts';
import { createApp } from './app.ts';
import { anchorNotes } from './daily-anchor.ts';
import { createConsentMailLimit } from './consent-mail-limit.ts';
import { createHttpServer } from './http-server.ts';
import { createRateLimits } from './rate-limits.ts';
import { createStatusEvents } from './status-events.ts';
import { createPlanChangeGateway } from './plan-change-gateway.ts';

/** Composition root of the API. Stops on SIGTERM or SIGINT after the requests under way are answered. */
const DRAIN_MS = 10_000;
const SWEEP_EVERY_MS = 10 * 60_000;

async function main(): Promise<void> {
  const config = loadConfig();
  const log = pino({ level: config.logLevel, base: { process: 'api' } });
  const knex = openDatabase({
    url: config.databaseUrl,
    applicationName: 'plan-change api',
    maxConnections: 20,
    // With the wait for a connection no request hangs longer than 10 s.
    statementMs: 3_500,
  });
  const { temporal } = config;
  const gateway = createPlanChangeGateway(temporal);
  const statusEvents = createStatusEvents(config.databaseUrl, log);
  const { signingKey: givenKey, signingSince, retiredKeys, anchorFolder } = config.evidence;
  const { signingKey, retired } =
    givenKey === undefined
      ? { signingKey: undefined, retired: retiredKeys.map(readRetiredKey) }
      : readEffectiveKeys({ signingKey: givenKey, signingSince, retiredKeys });
  if (signingKey === undefined) log.warn('EVIDENCE_SIGNING_KEY is not set: no proof bundles, no anchors');
  const app = createApp({
    knex,
    gateway,
    log,
    policy: DEFAULT_POLICY,
    limits: config.api.limits,
    rateLimits: createRateLimits(knex, config.api.limits),
    trustedProxies: config.api.trustedProxies,
    statusEvents,
    evidence: { signingKey, retired },
    consentMailLimit: createConsentMailLimit(knex, config.api.limits.consentMailsPerHour),
    webhookPublicKey: config.mail.webhookPublicKey,
    publicUrl: config.api.publicUrl,
    company: { name: config.mail.companyName, phone: config.mail.companyPhone },
    consoleFolder: config.consoleFolder,
    temporal: { uiUrl: temporal.uiUrl, namespace: temporal.namespace },
  });

  const server = createHttpServer(app);
  server.listen(config.api.port, config.api.host);
  await once(server, 'listening');
  log.info({ port: config.api.port }, 'api is listening');
  const sweep = (): void => {
    sweepEvidence(knex).catch(() => {
      log.warn('unaccepted evidence is swept later: the database is away');
    });
    if (signingKey === undefined || anchorFolder === undefined) return;
    anchorNotes({ knex, key: signingKey, retired, folder: anchorFolder }).catch((error: unknown) => {
      const isAltered = error instanceof AnchorFileError || error instanceof AnchorRowError;
      const why = isAltered ? error.message : 'database or folder is away';
      log.error({ why }, 'the daily anchor is not written; it is tried again');
    });
  };
  // At once as well: it may have been down for longer than evidence is kept.
  sweep();
  const sweeping = setInterval(sweep, SWEEP_EVERY_MS);

  await Promise.race([once(process, 'SIGTERM'), once(process, 'SIGINT')]);
  log.info('draining');
  clearInterval(sweeping);
  server.close();
  server.closeIdleConnections();
  // Listeners of live status reconnect to whoever serves next.
  await statusEvents.close();
  const giveUp = setTimeout(() => {
    server.closeAllConnections();
  }, DRAIN_MS);
  await once(server, 'close');
  clearTimeout(giveUp);
  await Promise.all([gateway.close(), knex.destroy()]);
}

await main().catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
});

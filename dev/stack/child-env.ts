import path from 'node:path';
import type { StartConfig } from './start-config.ts';

/** Where the children find each other. */
export interface Places {
  readonly api: string;
  readonly apiPort: number;
  readonly outbox: string;
  readonly databaseUrl: string;
  readonly temporalAddress: string;
  readonly temporalNamespace: string;
  readonly temporalUi: string;
  readonly workflowBundle: string;
  readonly evidence: {
    readonly signingKey: string;
    /** Since when; empty: not known. */
    readonly signingSince: string;
    readonly retiredKeys: string;
    /** Unless the user's environment names another. */
    readonly anchorFolder: string;
  };
  readonly consoleFolder: string;
  /** Verification key of the double's events. */
  readonly webhookVerificationKey: string;
}

/**
 * Our environment for the Temporal server of our own and its clients: without any TEMPORAL_ setting, and with
 * the user's Temporal profile out of sight, whose TLS or API key would be meant for another server.
 */
export function withoutTemporalSettings(config: StartConfig): NodeJS.ProcessEnv {
  const kept = Object.entries(config.env).filter(([name]) => !name.startsWith('TEMPORAL_'));
  return { ...Object.fromEntries(kept), TEMPORAL_CONFIG_FILE: path.join(config.dataDir, 'no-temporal.toml') };
}

/** The environment of worker, API and demo: config.ts reads it. */
export function productEnv(config: StartConfig, places: Places): NodeJS.ProcessEnv {
  return {
    ...(config.usesGivenTemporal ? config.env : withoutTemporalSettings(config)),
    DATA_DIR: config.dataDir,
    DATABASE_URL: places.databaseUrl,
    API_HOST: config.apiHost,
    API_PORT: String(places.apiPort),
    PUBLIC_URL: config.publicUrl ?? places.api,
    TEMPORAL_ADDRESS: places.temporalAddress,
    TEMPORAL_NAMESPACE: places.temporalNamespace,
    TEMPORAL_UI_URL: places.temporalUi,
    WORKFLOW_BUNDLE: places.workflowBundle,
    EVIDENCE_SIGNING_KEY: places.evidence.signingKey,
    EVIDENCE_SIGNING_SINCE: places.evidence.signingSince,
    EVIDENCE_RETIRED_SIGNERS: places.evidence.retiredKeys,
    ANCHOR_DIR: config.env['ANCHOR_DIR'] || places.evidence.anchorFolder,
    CONSOLE_FOLDER: places.consoleFolder,
    // With a key of SendGrid's own the mails go there, and a user's verification key is passed on with the rest
    // of the environment; without one they go, through the same code, to the double.
    ...(config.sendgridKey === undefined && {
      SENDGRID_API_KEY: 'SG.local-double',
      SENDGRID_BASE_URL: places.outbox,
      SENDGRID_WEBHOOK_PUBLIC_KEY: places.webhookVerificationKey,
    }),
  };
}

import { isIP } from 'node:net';
import { loadClientConnectConfig } from '@temporalio/envconfig';
import type { ClientConnectConfig } from '@temporalio/envconfig';
import { z } from 'zod';

const DEFAULT_TEMPORAL_ADDRESS = '127.0.0.1:7233';

const port = z.coerce.number().int().min(1).max(65_535);
const count = (figure: number) => z.coerce.number().int().min(1).max(1_000_000_000).default(figure);
const url = z.url({ protocol: /^https?$/ }).transform((value) => value.replace(/\/+$/, ''));

/** How much is let in. Counted in the database where nothing else is said. */
export interface LimitFigures {
  readonly agentRequestsPerMinute: number;
  /** Requests that change something of one account, of all agents together. */
  readonly accountWritesPerMinute: number;
  readonly consentLinkRequestsPerMinute: number;
  /** Wrong answers by one link, until it closes. */
  readonly consentLinkTries: number;
  /** Mails with a consent link that agents ask for, about one change. */
  readonly consentMailsPerHour: number;
  readonly identificationFailuresPerAccount: number;
  readonly identificationFailuresPerAgent: number;
  readonly identificationWindowMinutes: number;
  /** Requests with a wrong API key, from one client address. */
  readonly wrongKeysPerMinute: number;
  /** Of one agent, in each process of the API: these are not counted in the database. */
  readonly eventStreamsPerAgent: number;
}

export const DEFAULT_LIMITS: LimitFigures = {
  agentRequestsPerMinute: 1_200,
  accountWritesPerMinute: 120,
  consentLinkRequestsPerMinute: 60,
  consentLinkTries: 5,
  consentMailsPerHour: 5,
  identificationFailuresPerAccount: 5,
  identificationFailuresPerAgent: 30,
  identificationWindowMinutes: 15,
  wrongKeysPerMinute: 60,
  eventStreamsPerAgent: 20,
};

const NAMED_NETWORKS = new Set(['loopback', 'linklocal', 'uniquelocal']);

/** Hops, or addresses, CIDR ranges and named networks, comma-separated. */
const proxies = z
  .string()
  .default('loopback')
  .transform((value, context) => {
    if (/^\d{1,2}$/.test(value)) return Number(value);
    const networks = value.split(',').map((network) => network.trim());
    if (networks.every(isNetwork)) return networks;
    context.addIssue({
      code: 'custom',
      message: 'must be a number of proxies, or addresses and CIDR ranges separated by commas',
    });
    return z.NEVER;
  });

const environment = z.object({
  DATABASE_URL: z.url({ protocol: /^postgres(ql)?$/ }),
  API_HOST: z.string().min(1).default('127.0.0.1'),
  API_PORT: port.default(8080),
  /** Origin under which customers and agents reach the API; consent links are made from it. */
  PUBLIC_URL: url.optional(),
  /** Which proxies may say where a request came from: kept with a customer's consent. */
  TRUST_PROXY: proxies,
  AGENT_REQUESTS_PER_MINUTE: count(DEFAULT_LIMITS.agentRequestsPerMinute),
  ACCOUNT_WRITES_PER_MINUTE: count(DEFAULT_LIMITS.accountWritesPerMinute),
  CONSENT_LINK_REQUESTS_PER_MINUTE: count(DEFAULT_LIMITS.consentLinkRequestsPerMinute),
  CONSENT_LINK_TRIES: count(DEFAULT_LIMITS.consentLinkTries),
  CONSENT_MAILS_PER_HOUR: count(DEFAULT_LIMITS.consentMailsPerHour),
  IDENTIFICATION_FAILURES_PER_ACCOUNT: count(DEFAULT_LIMITS.identificationFailuresPerAccount),
  IDENTIFICATION_FAILURES_PER_AGENT: count(DEFAULT_LIMITS.identificationFailuresPerAgent),
  IDENTIFICATION_WINDOW_MINUTES: count(DEFAULT_LIMITS.identificationWindowMinutes),
  WRONG_KEYS_PER_MINUTE: count(DEFAULT_LIMITS.wrongKeysPerMinute),
  EVENT_STREAMS_PER_AGENT: count(DEFAULT_LIMITS.eventStreamsPerAgent),
  TEMPORAL_UI_URL: url.default('http://127.0.0.1:8233'),
  TASK_QUEUE: z.string().min(1).default('plan-change'),
  /** Path of a prebuilt workflow bundle; without it the worker bundles at start. */
  WORKFLOW_BUNDLE: z.string().min(1).optional(),
  /** Folder of the built console; `npm run build:console` makes the default one. */
  CONSOLE_FOLDER: z.string().min(1).default('dist/console'),
  SENDGRID_API_KEY: z.string().min(1).optional(),
  /** Where the SendGrid client sends to; set to the local double in development. */
  SENDGRID_BASE_URL: url.optional(),
  /** Verification key of SendGrid's signed event webhook (base64, without PEM lines). */
  SENDGRID_WEBHOOK_PUBLIC_KEY: z.string().min(1).optional(),
  /** The company's Ed25519 key, PKCS8 as PEM or base64: proof bundles and anchors are signed with it. */
  EVIDENCE_SIGNING_KEY: z.string().min(1).optional(),
  /** UTC instant from which that key signs, published with it. */
  EVIDENCE_SIGNING_SINCE: z.iso.datetime().optional(),
  /** Public keys that signed before, each SPKI as base64 with `@` and the UTC instant until which, separated by commas. */
  EVIDENCE_RETIRED_SIGNERS: z
    .string()
    .regex(
      /^[^@,]+@[^@,]+(?:,[^@,]+@[^@,]+)*$/,
      'expected KEY@UNTIL or KEY@FROM/UNTIL, several with commas between',
    )
    .optional(),
  /** Folder of the daily anchors, shipped to storage where nobody can change them; without it none are taken. */
  ANCHOR_DIR: z.string().min(1).optional(),
  MAIL_FROM: z.email().default('service@company.example'),
  COMPANY_NAME: z.string().min(1).default('QuickConnect'),
  COMPANY_PHONE: z.string().min(1).default('+1 800 555 0100'),
  LOG_LEVEL: z.enum(['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent']).default('info'),
});

export interface Config {
  readonly databaseUrl: string;
  readonly api: {
    readonly host: string;
    readonly port: number;
    readonly publicUrl: string;
    readonly trustedProxies: number | string[];
    readonly limits: LimitFigures;
  };
  readonly consoleFolder: string;
  readonly temporal: {
    readonly connection: ClientConnectConfig['connectionOptions'];
    readonly namespace: string;
    readonly uiUrl: string;
    readonly taskQueue: string;
    readonly workflowBundle: string | undefined;
  };
  readonly mail: {
    /** Only the worker sends, and needs it. */
    readonly apiKey: string | undefined;
    readonly baseUrl: string | undefined;
    readonly webhookPublicKey: string | undefined;
    readonly from: string;
    readonly companyName: string;
    readonly companyPhone: string;
  };
  readonly evidence: {
    /** As given; the API reads them. */
    readonly signingKey: string | undefined;
    readonly signingSince: string | undefined;
    readonly retiredKeys: readonly string[];
    readonly anchorFolder: string | undefined;
  };
  readonly logLevel: string;
}

/** A setting that cannot be used. The message names the variable and what it should be. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
}

/**
 * Reads the settings of worker and API, once, at the start of a process. Nothing else in the product reads
 * the environment. Throws ConfigError naming every bad variable.
 */
export function loadConfig(env: NodeJS.ProcessEnv = process.env): Config {
  const present: Record<string, string> = {};
  for (const [name, value] of Object.entries(env))
    if (value !== undefined && value !== '') present[name] = value;
  const parsed = environment.safeParse(present);
  if (!parsed.success) {
    const problems = parsed.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`);
    throw new ConfigError(
      `Settings cannot be used. ${problems.join('; ')}. Set them in the environment; \`npm start\` sets all of them itself.`,
    );
  }
  const settings = parsed.data;
  // TEMPORAL_ADDRESS, TEMPORAL_NAMESPACE, TEMPORAL_API_KEY, TEMPORAL_TLS*, TEMPORAL_PROFILE: Temporal's own standard.
  const temporal = loadClientConnectConfig({ overrideEnvVars: present });
  return {
    databaseUrl: settings.DATABASE_URL,
    api: {
      host: settings.API_HOST,
      port: settings.API_PORT,
      publicUrl: settings.PUBLIC_URL ?? `http://${settings.API_HOST}:${settings.API_PORT}`,
      trustedProxies: settings.TRUST_PROXY,
      limits: {
        agentRequestsPerMinute: settings.AGENT_REQUESTS_PER_MINUTE,
        accountWritesPerMinute: settings.ACCOUNT_WRITES_PER_MINUTE,
        consentLinkRequestsPerMinute: settings.CONSENT_LINK_REQUESTS_PER_MINUTE,
        consentLinkTries: settings.CONSENT_LINK_TRIES,
        consentMailsPerHour: settings.CONSENT_MAILS_PER_HOUR,
        identificationFailuresPerAccount: settings.IDENTIFICATION_FAILURES_PER_ACCOUNT,
        identificationFailuresPerAgent: settings.IDENTIFICATION_FAILURES_PER_AGENT,
        identificationWindowMinutes: settings.IDENTIFICATION_WINDOW_MINUTES,
        wrongKeysPerMinute: settings.WRONG_KEYS_PER_MINUTE,
        eventStreamsPerAgent: settings.EVENT_STREAMS_PER_AGENT,
      },
    },
    consoleFolder: settings.CONSOLE_FOLDER,
    temporal: {
      connection: {
        ...temporal.connectionOptions,
        address: temporal.connectionOptions.address ?? DEFAULT_TEMPORAL_ADDRESS,
      },
      namespace: temporal.namespace ?? 'default',
      uiUrl: settings.TEMPORAL_UI_URL,
      taskQueue: settings.TASK_QUEUE,
      workflowBundle: settings.WORKFLOW_BUNDLE,
    },
    mail: {
      apiKey: settings.SENDGRID_API_KEY,
      baseUrl: settings.SENDGRID_BASE_URL,
      webhookPublicKey: settings.SENDGRID_WEBHOOK_PUBLIC_KEY,
      from: settings.MAIL_FROM,
      companyName: settings.COMPANY_NAME,
      companyPhone: settings.COMPANY_PHONE,
    },
    evidence: {
      signingKey: settings.EVIDENCE_SIGNING_KEY,
      signingSince: settings.EVIDENCE_SIGNING_SINCE,
      retiredKeys: settings.EVIDENCE_RETIRED_SIGNERS?.split(',').map((key) => key.trim()) ?? [],
      anchorFolder: settings.ANCHOR_DIR,
    },
    logLevel: settings.LOG_LEVEL,
  };
}

function isNetwork(network: string): boolean {
  if (NAMED_NETWORKS.has(network)) return true;
  const [, address = '', bits] = /^([^/]*)(?:\/(\d{1,3}))?$/.exec(network) ?? [];
  const version = isIP(address);
  return version !== 0 && (bits === undefined || Number(bits) <= (version === 4 ? 32 : 128));
}

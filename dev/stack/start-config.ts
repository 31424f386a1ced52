import path from 'node:path';
import { z } from 'zod';
import { StartError } from './start-error.ts';

const port = z.coerce.number().int().min(1).max(65_535);
const url = z.url({ protocol: /^https?$/ }).transform((value) => value.replace(/\/+$/, ''));

/** What only `npm start` reads; the settings of worker and API are in config.ts and are passed on to them. */
const environment = z.object({
  DATA_DIR: z.string().min(1).default('.local'),
  DATABASE_URL: z.url({ protocol: /^postgres(ql)?$/ }).optional(),
  POSTGRES_PORT: port.optional(),
  TEMPORAL_ADDRESS: z.string().min(1).optional(),
  TEMPORAL_PROFILE: z.string().min(1).optional(),
  TEMPORAL_NAMESPACE: z.string().min(1).optional(),
  TEMPORAL_UI_URL: url.optional(),
  TEMPORAL_PORT: port.optional(),
  TEMPORAL_UI_PORT: port.optional(),
  TEMPORAL_METRICS_PORT: port.optional(),
  OUTBOX_PORT: port.optional(),
  API_HOST: z.string().min(1).default('127.0.0.1'),
  API_PORT: port.optional(),
  PUBLIC_URL: url.optional(),
  SEED_ACCOUNTS: z.coerce.number().int().min(0).max(7_043).default(300),
  SENDGRID_API_KEY: z.string().min(1).optional(),
  DEBUG: z.string().optional(),
});

/** Names of the ports, as in DATA_DIR/ports.json. */
export type PortName = 'postgres' | 'temporal' | 'temporalUi' | 'temporalMetrics' | 'outbox' | 'api';

export interface StartConfig {
  readonly dataDir: string;
  /** Given servers; undefined means that ours is started. */
  readonly databaseUrl: string | undefined;
  readonly usesGivenTemporal: boolean;
  readonly temporalUiUrl: string | undefined;
  /** Only the ports that are set. */
  readonly ports: Partial<Record<PortName, number>>;
  readonly apiHost: string;
  readonly publicUrl: string | undefined;
  readonly accounts: number;
  /** A real SendGrid key: mail then leaves this machine. */
  readonly sendgridKey: string | undefined;
  readonly showStacks: boolean;
  /** The whole environment, for the children. */
  readonly env: NodeJS.ProcessEnv;
}

export const PORT_VARIABLES: Readonly<Record<PortName, string>> = {
  postgres: 'POSTGRES_PORT',
  temporal: 'TEMPORAL_PORT',
  temporalUi: 'TEMPORAL_UI_PORT',
  temporalMetrics: 'TEMPORAL_METRICS_PORT',
  outbox: 'OUTBOX_PORT',
  api: 'API_PORT',
};

/**
 * Parses the environment and the command line's overrides, once. An empty variable counts as not set; DATA_DIR is
 * relative to the working folder. Throws StartError naming every bad setting.
 */
export function readStartConfig(
  env: NodeJS.ProcessEnv,
  overrides: { dataDir?: string | undefined; accounts?: string | undefined } = {},
): StartConfig {
  const given = { ...env, DATA_DIR: overrides.dataDir ?? env['DATA_DIR'] };
  const present = Object.entries({ ...given, SEED_ACCOUNTS: overrides.accounts ?? env['SEED_ACCOUNTS'] });
  const parsed = environment.safeParse(Object.fromEntries(present.filter(([, value]) => value !== '')));
  if (!parsed.success) {
    const problems = parsed.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`);
    throw new StartError(`Some settings cannot be used: ${problems.join('; ')}.`, 'Mend or unset them.');
  }
  const settings = parsed.data;
  const ports: Partial<Record<PortName, number>> = {};
  for (const name of Object.keys(PORT_VARIABLES) as PortName[]) {
    const set = settings[PORT_VARIABLES[name] as 'API_PORT'];
    if (set !== undefined) ports[name] = set;
  }
  refuseTwins(ports);
  return {
    dataDir: path.resolve(settings.DATA_DIR),
    databaseUrl: settings.DATABASE_URL,
    usesGivenTemporal: settings.TEMPORAL_ADDRESS !== undefined || settings.TEMPORAL_PROFILE !== undefined,
    temporalUiUrl: settings.TEMPORAL_UI_URL,
    ports,
    apiHost: settings.API_HOST,
    publicUrl: settings.PUBLIC_URL,
    accounts: settings.SEED_ACCOUNTS,
    sendgridKey: settings.SENDGRID_API_KEY,
    showStacks: settings.DEBUG !== undefined,
    env,
  };
}

function refuseTwins(ports: StartConfig['ports']): void {
  const seen = new Map<number, PortName>();
  for (const [name, number] of Object.entries(ports) as [PortName, number][]) {
    const other = seen.get(number);
    if (other !== undefined) {
      throw new StartError(
        `${PORT_VARIABLES[other]} and ${PORT_VARIABLES[name]} are both ${number}.`,
        'Give each its own port.',
      );
    }
    seen.set(number, name);
  }
}

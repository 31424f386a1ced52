import { Command, InvalidArgumentError, Option } from 'commander';
import type { Knex } from 'knex';
import { openDatabase } from '../knex.ts';
import {
  createAgent,
  issueKey,
  KeysError,
  listKeys,
  revokeKey,
  revokeKeysOf,
  ROLES,
  rotateKey,
  type IssuedKey,
  type KeyView,
  type Role,
} from './agents-and-keys.ts';
import { explainFailure } from './explain-failure.ts';

const DEFAULT_DAYS = 365;
const DEFAULT_GRACE_HOURS = 24;
const MOST_DAYS = 3_650;

export interface KeysSurroundings {
  /** URL of the database, as a role that may write agents. @param given `--database`, if it was */
  readonly findDatabase: (given: string | undefined) => Promise<string>;
  readonly print: (line: string) => void;
  readonly complain: (line: string) => void;
}

/**
 * The command `keys`. A new key is the only thing that goes to `print` when it is issued, so that a script can
 * take it; what belongs to it goes to `complain`.
 * @returns the exit code: 0 done, 1 refused, 2 not done
 */
export async function runKeys(argv: readonly string[], around: KeysSurroundings): Promise<number> {
  let code = 0;
  const program = new Command('keys');
  const using = async (act: (knex: Knex) => Promise<void>): Promise<void> => {
    try {
      const { database } = program.opts<{ database?: string }>();
      const url = await around.findDatabase(database);
      const knex = openDatabase({ url, maxConnections: 1, applicationName: 'plan-change keys' });
      await act(knex).finally(() => knex.destroy());
    } catch (error) {
      code = error instanceof KeysError ? 1 : 2;
      around.complain(explainFailure(error));
    }
  };
  const show = ({ key, ...view }: IssuedKey): void => {
    around.print(key);
    around.complain(`Key ${view.prefix} of ${view.agent} (${view.role}), ${endOf(view)}.`);
    around.complain('It is shown this once and stored as its hash only.');
  };
  const days = new Option(
    '--days <days>',
    `how long the key is valid, 1 to ${MOST_DAYS}, or "never" for no end`,
  )
    .default(DEFAULT_DAYS)
    .argParser((value) => (value === 'never' ? value : daysFrom(value)));

  program
    .description('Agents and their API keys.')
    .option('--database <url>', 'PostgreSQL, as its owner or migrator')
    .configureOutput({ writeOut: around.print, writeErr: around.complain })
    .exitOverride()
    .addHelpText(
      'after',
      '\nThe database is --database, else that of the running `npm start`, else DATABASE_URL. It must be reached as its\n' +
        'owner or as the role migrator: the role of the API may read keys, not make or mend them. What is revoked or has\n' +
        'expired is refused from the next request on. Exit code: 0 done, 1 refused, 2 not done.',
    );
  program
    .command('create <agent>')
    .description('make an agent; a key is issued for it afterwards')
    .addOption(new Option('--role <role>').choices(ROLES).makeOptionMandatory())
    .action((agent: string, { role }: { role: Role }) =>
      using(async (knex) => {
        await createAgent(knex, agent, role);
        around.complain(`Agent ${agent} (${role}) is made. Issue a key: keys issue ${agent}`);
      }),
    );
  program
    .command('issue <agent>')
    .description('make a key for an agent and show it, this once')
    .addOption(days)
    .action((agent: string, options: { days: Days }) =>
      using(async (knex) => {
        show(await issueKey(knex, agent, daysOf(options)));
      }),
    );
  program
    .command('list')
    .description('show prefix, agent, role and times of the keys')
    .option('--agent <agent>', 'only those of one agent')
    .option('--json', 'as JSON')
    .action((options: { agent?: string; json?: true }) =>
      using(async (knex) => {
        const keys = await listKeys(knex, options.agent);
        for (const line of options.json ? [JSON.stringify(keys)] : tableOf(keys)) around.print(line);
      }),
    );
  program
    .command('rotate')
    .argument('<prefix>', PREFIX, prefixFrom)
    .description('make a new key for the agent of an old one, which goes on working for a while')
    .addOption(days)
    .addOption(
      new Option('--grace <hours>', 'how long the old key still works')
        .default(DEFAULT_GRACE_HOURS)
        .argParser(wholeNumber),
    )
    .action((prefix: string, options: { days: Days; grace: number }) =>
      using(async (knex) => {
        show(await rotateKey(knex, prefix, { days: daysOf(options), graceHours: options.grace }));
        around.complain(`Key ${prefix} still works for ${options.grace} h at the most.`);
      }),
    );
  program
    .command('revoke')
    .argument('[prefix]', PREFIX, prefixFrom)
    .description('end a key at once, or all keys of an agent who leaves, with the sessions in the console')
    .option('--agent <agent>', 'all keys of this agent')
    .action((prefix: string | undefined, options: { agent?: string }) =>
      using(async (knex) => {
        const { agent: handle } = options;
        if ((prefix === undefined) === (handle === undefined))
          throw new KeysError('Name a key by its prefix, or an agent with --agent: one of them.');
        if (prefix !== undefined) {
          const { agent, role } = await revokeKey(knex, prefix);
          around.complain(`Key ${prefix} of ${agent} (${role}) is revoked.`);
        } else if (handle !== undefined) {
          const ended = await revokeKeysOf(knex, handle);
          for (const view of ended)
            around.complain(`Key ${view.prefix} of ${view.agent} (${view.role}) is revoked.`);
          if (ended.length === 0) around.complain(`${handle} has no key that was not revoked before.`);
        }
      }),
    );

  try {
    await program.parseAsync([...argv], { from: 'user' });
  } catch (error) {
    // Commander has said what is wrong; help is no failure.
    code = error instanceof Error && 'exitCode' in error && error.exitCode === 0 ? 0 : 2;
  }
  return code;
}

type Days = number | 'never';

function daysOf({ days }: { readonly days: Days }): number | null {
  return days === 'never' ? null : days;
}

const PREFIX = 'the 8 characters after pc_, with or without it';

/** Also from a whole key, of which nothing else may be shown. */
function prefixFrom(value: string): string {
  return value.replace(/^pc_/, '').replace(/_.*$/, '');
}

function daysFrom(value: string): number {
  const days = wholeNumber(value);
  if (days < 1 || days > MOST_DAYS)
    throw new InvalidArgumentError(`It must be from 1 to ${MOST_DAYS}, or "never".`);
  return days;
}

function wholeNumber(value: string): number {
  if (!/^\d{1,5}$/.test(value)) throw new InvalidArgumentError('It must be a whole number.');
  return Number(value);
}

function endOf({ expiresAt }: KeyView): string {
  return expiresAt === null ? 'valid until it is revoked' : `valid until ${expiresAt.slice(0, 19)}Z`;
}

function tableOf(keys: readonly KeyView[]): string[] {
  const heads = ['PREFIX', 'AGENT', 'ROLE', 'CREATED', 'EXPIRES', 'REVOKED', 'LAST USED'];
  const time = (instant: string | null): string => instant?.slice(0, 16).replace('T', ' ') ?? '-';
  const lines = [
    heads,
    ...keys.map((key) => [
      key.prefix,
      key.agent,
      key.role,
      time(key.createdAt),
      time(key.expiresAt),
      time(key.revokedAt),
      time(key.lastUsedAt),
    ]),
  ];
  const widths = heads.map((_, column) => Math.max(...lines.map((line) => line[column]?.length ?? 0)));
  return lines.map((line) =>
    line
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd(),
  );
}

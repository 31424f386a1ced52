/** `npm run advisories`: known weaknesses of the dependencies, where the registry offers its list of advisories. */
import { spawn } from 'node:child_process';
import { z } from 'zod';

const counts = z.object({
  metadata: z.object({
    vulnerabilities: z.object({
      ...{ low: z.number(), moderate: z.number(), high: z.number(), critical: z.number() },
    }),
  }),
  vulnerabilities: z.record(
    z.string(),
    z.object({ severity: z.string(), range: z.string(), fixAvailable: z.unknown() }),
  ),
});
const GRAVE = new Set(['high', 'critical']);
const WITHIN_MS = 60_000;

/** What a registry answers that has no list of advisories: there is no such path, or nothing to post there. */
const OFFERS_NONE: ReadonlySet<number> = new Set([404, 405, 410, 501]);
const refusal = z.object({ message: z.string(), statusCode: z.int().optional() });

/**
 * What `npm audit` said, for people.
 * - `sound`: nothing from high on
 * - `grave`: at least one high or critical advisory
 * - `not offered`: the registry has no list of advisories; another one may
 * - `not asked`: no answer came, or a fault: the same command may tell more later
 */
export interface Advice {
  readonly lines: readonly string[];
  readonly outcome: 'sound' | 'grave' | 'not offered' | 'not asked';
}

/** Of each outcome. Nothing is told as sound that was not looked at. */
export const EXIT_CODES: Readonly<Record<Advice['outcome'], number>> = {
  sound: 0,
  grave: 1,
  'not offered': 0,
  'not asked': 2,
};

/** Reads the output of `npm audit --json`. */
export function adviceOf(output: string): Advice {
  const value = jsonOf(output);
  const parsed = counts.safeParse(value);
  if (!parsed.success) return unanswered(value);
  const found = Object.entries(parsed.data.vulnerabilities);
  const { low, moderate, high, critical } = parsed.data.metadata.vulnerabilities;
  return {
    lines: [
      ...found.map(
        ([name, { severity, range, fixAvailable }]) =>
          `${severity}: ${name} ${range}${fixAvailable === false ? ', no mended version yet' : ', a mended version exists'}`,
      ),
      `${low} low, ${moderate} moderate, ${high} high, ${critical} critical.`,
    ],
    outcome: found.some(([, { severity }]) => GRAVE.has(severity)) ? 'grave' : 'sound',
  };
}

function unanswered(value: unknown): Advice {
  const { success, data } = refusal.safeParse(value);
  const reason = success ? withoutAddresses(data.message) : 'npm said nothing';
  return success && data.statusCode !== undefined && OFFERS_NONE.has(data.statusCode)
    ? {
        lines: [
          `NOT CHECKED: the registry offers no advisories here (${reason}).`,
          'Run it again where it does.',
        ],
        outcome: 'not offered',
      }
    : {
        lines: [`NOT CHECKED: the registry could not be asked (${reason}).`, 'Run it again later.'],
        outcome: 'not asked',
      };
}

/** The name of a registry may be somebody's secret. */
function withoutAddresses(message: string): string {
  return message
    .replaceAll(/https?:\/\/\S+/g, 'the registry')
    .replaceAll(/\b(connect|getaddrinfo) (\w+) \S+/g, '$1 $2');
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

if (process.argv[1] !== undefined && import.meta.filename === process.argv[1]) {
  const advice = adviceOf(await npmAudit());
  console.log(advice.lines.join('\n'));
  process.exitCode = EXIT_CODES[advice.outcome];
}

function npmAudit(): Promise<string> {
  return new Promise((resolve) => {
    const child = spawn('npm', ['audit', '--json'], {
      stdio: ['ignore', 'pipe', 'ignore'],
      timeout: WITHIN_MS,
    });
    let output = '';
    child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
    child.once('error', () => resolve(''));
    child.once('close', () => resolve(output));
  });
}

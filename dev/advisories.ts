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

/** What `npm audit` said, for people. Grave: at least one high or critical advisory. */
export interface Advice {
  readonly lines: readonly string[];
  readonly isGrave: boolean;
}

/** Reads the output of `npm audit --json`. A registry without advisories is said to be one: nothing was checked. */
export function adviceOf(output: string): Advice {
  let value: unknown;
  try {
    value = JSON.parse(output);
  } catch {
    value = undefined;
  }
  const parsed = counts.safeParse(value);
  if (!parsed.success) {
    const why = z.object({ message: z.string() }).safeParse(value);
    const reason = why.success ? why.data.message.replaceAll(/https?:\/\/\S+/g, 'the registry') : 'no answer';
    return {
      lines: [
        `NOT CHECKED: the registry offers no advisories here (${reason}).`,
        'Run it again where it does.',
      ],
      isGrave: false,
    };
  }
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
    isGrave: found.some(([, { severity }]) => GRAVE.has(severity)),
  };
}

if (process.argv[1] !== undefined && import.meta.filename === process.argv[1]) {
  const advice = adviceOf(await npmAudit());
  console.log(advice.lines.join('\n'));
  process.exitCode = advice.isGrave ? 1 : 0;
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

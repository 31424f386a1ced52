/** `npm run chaos`: the fault campaign of docs/reliability.md. */
import { randomBytes } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { Command, InvalidArgumentError } from 'commander';
import { FULL, runCampaign, SHORT, type Sizes } from './campaign.ts';
import { FAMILIES, type FamilyName } from './family.ts';
import { endOnSignals } from './end-on-signals.ts';
import { formatResults } from './report.ts';

interface Options {
  readonly family: readonly FamilyName[];
  readonly size: 'short' | 'full';
  readonly count: Partial<Sizes>;
  readonly quietSeconds: number;
  readonly json?: string;
}

const NO_VIOLATION = 0;
const VIOLATIONS = 1;
const NOT_DONE = 2;

const options = new Command('npm run chaos --')
  .description('Drives plan changes under faults, then audits. Starts and ends a system of its own.')
  .option('--family <names>', `comma-separated: ${FAMILIES.join(', ')}`, familiesOf, [...FAMILIES])
  .option('--size <size>', 'short or full', sizeOf, 'short')
  .option('--count <family=n,…>', 'sizes of single families instead', countsOf, {})
  .option('--quiet-seconds <n>', 'how soon after the faults all must be at rest', Number, 60)
  .option('--json <file>', 'writes the whole report as JSON')
  .addHelpText(
    'after',
    '\nFAULT_SEED repeats a schedule. Exit code: 0 no violation, 1 violations, 2 not done: fewer than asked for, or not checked.',
  )
  .parse()
  .opts<Options>();

endOnSignals();
const given = process.env['FAULT_SEED'];
const seed = given === undefined || given === '' ? randomBytes(4).toString('hex') : given;
const started = Date.now();
const say = (line: string): void =>
  console.log(`${((Date.now() - started) / 1_000).toFixed(0).padStart(5)} s  ${line}`);
console.log(`FAULT_SEED=${seed}`);
try {
  const sizes = { ...(options.size === 'full' ? FULL : SHORT), ...options.count };
  const isFull = options.size === 'full';
  const results = await runCampaign({
    ...{ families: options.family, sizes, seed, isFull, say },
    quietWithinMs: options.quietSeconds * 1_000,
  });
  console.log(`\n${formatResults(results)}\n\nFAULT_SEED=${seed}`);
  if (options.json !== undefined)
    await writeFile(options.json, `${JSON.stringify({ seed, sizes, results }, null, 2)}\n`);
  const isUndone = results.some(({ undone = [] }) => undone.length > 0);
  const isViolated = results.some(({ violations }) => violations.length > 0);
  process.exitCode = isViolated ? VIOLATIONS : isUndone ? NOT_DONE : NO_VIOLATION;
} catch (error) {
  console.error(`The campaign could not be done: ${error instanceof Error ? error.message : String(error)}`);
  if (process.env['DEBUG'] !== undefined) console.error(error);
  process.exitCode = NOT_DONE;
}
process.exit();

function familiesOf(text: string): FamilyName[] {
  return text.split(',').map((name) => {
    const found = FAMILIES.find((family) => family === name.trim());
    if (!found) throw new InvalidArgumentError(`There is no family "${name}".`);
    return found;
  });
}

function sizeOf(text: string): string {
  if (text !== 'short' && text !== 'full') throw new InvalidArgumentError('It is short or full.');
  return text;
}

function countsOf(text: string): Partial<Sizes> {
  const counts: Partial<Record<FamilyName, number>> = {};
  for (const pair of text.split(',')) {
    const [name = '', count = ''] = pair.split('=');
    if (!/^[1-9]\d{0,6}$/.test(count)) throw new InvalidArgumentError(`"${pair}" is not family=number.`);
    for (const family of familiesOf(name)) counts[family] = Number(count);
  }
  return counts;
}

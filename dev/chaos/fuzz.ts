/** `npm run fuzz`: the input family alone, of any size. */
import { randomBytes } from 'node:crypto';
import { Command, InvalidArgumentError } from 'commander';
import { runCampaign, SHORT } from './campaign.ts';
import { endOnSignals } from './end-on-signals.ts';
import { formatResults } from './report.ts';

const { requests } = new Command('npm run fuzz --')
  .description(
    'Sends requests made from the running /openapi.json, checks every answer against it, and fails for an operation that never had a 2xx; from 2,000 requests on, for a documented status that never came.',
  )
  .option('--requests <number>', 'how many', numberOf, 10_000)
  .addHelpText(
    'after',
    '\nFAULT_SEED repeats the requests. Exit code: 0 nothing wrong, 1 something, 2 not done.',
  )
  .parse()
  .opts<{ requests: number }>();

endOnSignals();
const given = process.env['FAULT_SEED'];
const seed = given === undefined || given === '' ? randomBytes(4).toString('hex') : given;
console.log(`FAULT_SEED=${seed}`);
try {
  const results = await runCampaign({
    families: ['input'],
    sizes: { ...SHORT, input: requests },
    seed,
    say: console.log,
  });
  console.log(`\n${formatResults(results)}\n\nFAULT_SEED=${seed}`);
  const isViolated = results.some(({ violations }) => violations.length > 0);
  const isUndone = results.some(({ undone = [] }) => undone.length > 0);
  process.exitCode = isViolated ? 1 : isUndone ? 2 : 0;
} catch (error) {
  console.error(`The fuzz could not be done: ${error instanceof Error ? error.message : String(error)}`);
  process.exitCode = 2;
}
process.exit();

function numberOf(text: string): number {
  if (!/^[1-9]\d{0,6}$/.test(text)) throw new InvalidArgumentError('It is a number above zero.');
  return Number(text);
}

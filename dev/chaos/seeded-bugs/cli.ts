/** `npm run seeded-bugs`: the checker is checked. Every bug of bugs.ts must be caught by what it names. */
import { fileURLToPath } from 'node:url';
import { Command } from 'commander';
import { endOnSignals } from '../end-on-signals.ts';
import { table } from '../report.ts';
import { NO_BUG, SEEDED_BUGS } from './bugs.ts';
import { hunt, type Hunted } from './hunt.ts';

const SURVIVED = 1;
const NOT_DONE = 2;

const checkout = fileURLToPath(new URL('../../..', import.meta.url));
const { only } = new Command('npm run seeded-bugs --')
  .description('Puts one bug after the other into a copy of the checkout and plays a small campaign on it.')
  .option('--only <text>', 'bugs whose name holds this')
  .addHelpText('after', '\nExit code: 0 all caught, 1 one survived, 2 not done.')
  .parse()
  .opts<{ only?: string }>();

endOnSignals();
const bugs = SEEDED_BUGS.filter(({ name }) => name.includes(only ?? ''));
if (bugs.length === 0) {
  console.error(`No bug has "${only ?? ''}" in its name.`);
  process.exit(NOT_DONE);
}
// A campaign that finds something where nothing is wrong, or does not end, proves nothing.
for (const by of new Set(bugs.map((bug) => bug.by))) {
  const { outcome, others, example } = await hunt(checkout, { ...NO_BUG, by });
  if (outcome === 'not done' || others.length > 0) {
    console.error(`Without any bug, ${by}: ${others.join(', ') || outcome} (${example})`);
    process.exit(outcome === 'not done' ? NOT_DONE : SURVIVED);
  }
  console.log(`nothing   without a bug (${by})`);
}
const hunted: Hunted[] = [];
for (const bug of bugs) {
  const result = await hunt(checkout, bug);
  hunted.push(result);
  console.log(`${result.outcome.padEnd(8)}  ${bug.name}: ${toldBy(result)} (${result.example})`);
}
const rows = hunted.map((one) => [one.bug.name, one.bug.by, toldBy(one), one.others.join(', ') || '-']);
console.log(`\n${table([['bug', 'played by', 'caught by what it names', 'also noticed by'], ...rows])}`);
const count = (outcome: Hunted['outcome']): number => hunted.filter((one) => one.outcome === outcome).length;
console.log(
  `\n${count('caught')} of ${hunted.length} caught, ${count('survived')} survived, ${count('not done')} not done.`,
);
process.exit(count('survived') > 0 ? SURVIVED : count('not done') > 0 ? NOT_DONE : 0);

function toldBy({ outcome, caughtBy }: Hunted): string {
  return outcome === 'caught' ? caughtBy.join(', ') : outcome.toUpperCase();
}

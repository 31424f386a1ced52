/** `npm run seeded-bugs`: the checker is checked. Every bug of bugs.ts must be caught by the campaign. */
import { fileURLToPath } from 'node:url';
import { Command } from 'commander';
import { endOnSignals } from '../end-on-signals.ts';
import { table } from '../report.ts';
import { NO_BUG, SEEDED_BUGS } from './bugs.ts';
import { hunt, type Hunted } from './hunt.ts';

const checkout = fileURLToPath(new URL('../../..', import.meta.url));
const { only } = new Command('npm run seeded-bugs --')
  .description('Puts one bug after the other into a copy of the checkout and plays a small campaign on it.')
  .option('--only <text>', 'bugs whose name holds this')
  .addHelpText('after', '\nExit code: 0 all caught, 1 one survived.')
  .parse()
  .opts<{ only?: string }>();

endOnSignals();
const bugs = SEEDED_BUGS.filter(({ name }) => name.includes(only ?? ''));
// A campaign that finds something where nothing is wrong proves nothing.
for (const family of new Set(bugs.map((bug) => bug.family))) {
  const { caughtBy, example } = await hunt(checkout, { ...NO_BUG, family });
  if (caughtBy.length > 0) {
    console.error(`Without any bug, ${family} finds ${caughtBy.join(', ')}: ${example}`);
    process.exit(1);
  }
  console.log(`nothing   without a bug (${family})`);
}
const hunted: Hunted[] = [];
for (const bug of bugs) {
  const result = await hunt(checkout, bug);
  hunted.push(result);
  const { caughtBy, example } = result;
  console.log(
    caughtBy.length === 0
      ? `SURVIVED  ${bug.name}`
      : `caught    ${bug.name}: ${caughtBy.join(', ')} (${example})`,
  );
}
const rows = hunted.map(({ bug, caughtBy }) => [
  bug.name,
  bug.family,
  caughtBy.length === 0 ? 'SURVIVED' : caughtBy.join(', '),
]);
console.log(`\n${table([['bug', 'family', 'caught by'], ...rows])}`);
const survivors = hunted.filter(({ caughtBy }) => caughtBy.length === 0).length;
console.log(`\n${hunted.length - survivors} of ${hunted.length} caught.`);
process.exit(survivors === 0 ? 0 : 1);

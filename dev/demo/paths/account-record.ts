import { explainFailure } from '../demo-error.ts';
import { clip } from '../teller.ts';
import { money } from '../words.ts';
import type { Stage } from './path.ts';

const SHOWN_OF_A_NOTE = 80;

/** What is on record about an account: statement and notes, oldest first. */
export async function tellAccount({ api, system, tell, account: { customer } }: Stage): Promise<void> {
  tell.title(`\n${customer.fullName}, account ${customer.accountNumber}`);
  try {
    const { path, body: statement } = await api.statement(customer.customerId);
    tell.say(`Statement, balance ${money(statement.balance)}: ${system.api}${path}`);
    for (const { date, description, amount } of statement.lines) {
      tell.say(`  ${date}  ${description}: ${money(amount)}`);
    }
    const { path: notesPath, body: notes } = await api.notes(customer.customerId);
    tell.say(`Notes, chain ${notes.chain}: ${system.api}${notesPath}`);
    for (const { sequence, kind, body } of notes.items.toReversed()) {
      tell.say(`  ${sequence} ${kind}: ${clip(body.replaceAll('\n', ' '), SHOWN_OF_A_NOTE)}`);
    }
  } catch (error) {
    tell.say(explainFailure(error));
  }
}

import { createApiClient } from '../api-client.ts';
import type { Identification } from '../api-client.ts';
import { availableAccounts } from '../available-accounts.ts';
import { DemoError, explainFailure } from '../demo-error.ts';
import type { RunningSystem } from '../running-system.ts';
import type { Teller } from '../teller.ts';
import { ACTIVATION_PATHS } from './activation-paths.ts';
import { CONSENT_PATHS } from './consent-paths.ts';
import { tellAccount } from './account-record.ts';
import { LATER_PATHS } from './later-paths.ts';
import { OFFER_PATHS } from './offer-paths.ts';
import type { Path } from './path.ts';
import { WAITING_PATHS } from './waiting-paths.ts';

export const PATHS: readonly Path[] = [
  ...ACTIVATION_PATHS,
  ...CONSENT_PATHS,
  ...WAITING_PATHS,
  ...OFFER_PATHS,
  ...LATER_PATHS,
];

/**
 * Plays every path on an account of its own; one that fails says so and the rest go on. Ends with a table of
 * them and the statement and notes of each account.
 * @returns whether all came out as they should
 * @throws DemoError when no account can be identified
 */
export async function playAllPaths(system: RunningSystem, tell: Teller): Promise<boolean> {
  const api = createApiClient(system.api, system.agentKey);
  const free = availableAccounts(api, system.accounts);
  const accounts: Identification[] = [];
  const results: [title: string, result: string][] = [];
  let allWell = true;

  tell.title(`${PATHS.length} ways through a plan change, on ${system.api}`);
  for (const [index, path] of PATHS.entries()) {
    const { title } = path;
    tell.step(index + 1, title);
    const next = await free.next();
    try {
      if (next.done) throw new DemoError('Too few accounts of demo-customers.json are free.');
      const account = next.value.body;
      accounts.push(account);
      tell.say(`${account.customer.fullName}, account ${account.customer.accountNumber}.`);
      const result = `${await path.play({ api, system, tell, account })}.`;
      tell.say(result);
      results.push([title, `ok      ${result}`]);
    } catch (error) {
      allWell = false;
      const result = explainFailure(error);
      tell.say(`FAILED: ${result}`);
      results.push([title, `FAILED  ${result}`]);
    }
  }

  tell.table(results);
  for (const account of accounts) await tellAccount({ api, system, tell, account });
  return allWell;
}

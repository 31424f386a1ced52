import { createApiClient, type PlanChange } from './api-client.ts';
import { availableAccounts } from './available-accounts.ts';
import { DemoError } from './demo-error.ts';
import type { RunningSystem } from './running-system.ts';
import {
  confirmChange,
  discussOptions,
  obtainConsent,
  provideSummary,
  tellIdentified,
  verifyUpdate,
} from './steps.ts';
import type { Teller } from './teller.ts';

/**
 * The six steps of the procedure for one account: a change at once, with verbal consent. Accounts that are busy
 * are passed over. Returns the finished change.
 * @throws DemoError when a step does not come out as it should, or every account is busy
 */
export async function playImmediateChange(system: RunningSystem, tell: Teller): Promise<PlanChange> {
  const api = createApiClient(system.api, system.agentKey);
  tell.title(`A plan change in six steps, on ${system.api}`);
  for await (const identified of availableAccounts(api, system.accounts)) {
    tellIdentified(identified, tell);
    const quoted = await discussOptions(api, identified.body, tell);
    // Somebody else opened a change for this account first.
    if (!quoted) continue;
    const agreed = await obtainConsent(api, quoted, tell);
    await verifyUpdate(api, agreed, tell);
    tell.step(5, 'Confirm changes with the customer');
    await confirmChange(api, agreed, tell);
    return provideSummary({ api, system }, identified.body, agreed, tell);
  }
  throw new DemoError(
    'Every account of demo-customers.json has an open change: finish or cancel one, then play again.',
  );
}

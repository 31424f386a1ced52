import type { Answer, ApiClient, Identification } from './api-client.ts';
import type { DemoAccount } from './running-system.ts';

/**
 * Identifies one account after the other and gives those without an open change: first the ones that have not
 * changed their plan in the running billing cycle, so that repeated demonstrations show different people.
 */
export async function* availableAccounts(
  api: ApiClient,
  accounts: readonly DemoAccount[],
): AsyncGenerator<Answer<Identification>> {
  const changedBefore: Answer<Identification>[] = [];
  for (const { accountNumber, fullName, serviceAddress } of accounts) {
    const answer = await api.identify({ accountNumber, fullName, serviceAddress });
    const { openPlanChangeId, subscription } = answer.body;
    if (openPlanChangeId !== null) continue;
    if (subscription.since.slice(0, 10) < subscription.cycle.start) yield answer;
    else changedBefore.push(answer);
  }
  yield* changedBefore;
}

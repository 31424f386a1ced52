import { withConnection } from '../stack/postgres.ts';
import type { RunningSystem } from './running-system.ts';

/**
 * Runs `action` while the account is suspended: a drift, so what was agreed is held. The app's role may do this;
 * prices are the owner's alone.
 */
export async function whileSuspended<T>(
  { databaseUrl }: RunningSystem,
  customerId: string,
  action: () => Promise<T>,
): Promise<T> {
  const setStatus = (status: string) =>
    withConnection(databaseUrl, (client) =>
      client.query('UPDATE customers SET status = $1 WHERE id = $2', [status, customerId]),
    );
  await setStatus('suspended');
  try {
    return await action();
  } finally {
    await setStatus('active');
  }
}

import { Router } from 'express';
import type { ApiDeps } from './deps.ts';
import { HttpProblem } from './http-errors.ts';

/** For load balancers and ops: alive is this process, ready is everything a request needs. */
export function healthRouter(deps: Pick<ApiDeps, 'knex' | 'gateway'>): Router {
  const router = Router();
  router.get('/livez', (_request, response) => {
    response.json({ status: 'alive' });
  });
  router.get('/readyz', async (_request, response) => {
    const [database, temporal] = await Promise.all([isDatabaseUp(deps), deps.gateway.readiness()]);
    const parts = { database, temporal: temporal.server, worker: temporal.worker };
    const missing = Object.entries(parts).filter(([, up]) => !up);
    if (missing.length > 0) {
      throw new HttpProblem(
        503,
        'not-ready',
        'Not ready',
        `Waiting for: ${missing.map(([name]) => name).join(', ')}. Ask again in a moment; if it stays, look at that part.`,
        { retryAfterSeconds: 2, extra: { parts } },
      );
    }
    response.json({ status: 'ready', parts });
  });
  return router;
}

async function isDatabaseUp({ knex }: Pick<ApiDeps, 'knex'>): Promise<boolean> {
  try {
    await knex.raw('SELECT 1').timeout(2_000);
    return true;
  } catch {
    return false;
  }
}

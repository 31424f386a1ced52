import type { RequestHandler } from 'express';
import { Router } from 'express';
import { collectDefaultMetrics, Histogram, Registry } from 'prom-client';

/** Labels are templates and codes, never paths: a path carries ids, and a customer's link its token. */
const ROUTE = 'route';

export interface Metrics {
  /** Measures every request that a route answered. */
  readonly measure: RequestHandler;
  /** Serves `/metrics` in the Prometheus text format. */
  readonly router: Router;
}

export function createMetrics(): Metrics {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  const durations = new Histogram({
    name: 'http_request_duration_seconds',
    help: 'Time to answer, by route and status',
    labelNames: ['method', 'route', 'status'] as const,
    buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
    registers: [registry],
  });
  const router = Router();
  router.get('/metrics', async (_request, response) => {
    response.type(registry.contentType).send(await registry.metrics());
  });
  return {
    measure(request, response, next) {
      const done = durations.startTimer();
      response.on('finish', () => {
        const route: unknown = response.locals[ROUTE];
        done({
          method: request.method,
          route: typeof route === 'string' ? route : 'other',
          status: String(response.statusCode),
        });
      });
      next();
    },
    router,
  };
}

/** Names the route that answers, for the metrics. */
export function routeNamed(path: string): RequestHandler {
  return (_request, response, next) => {
    response.locals[ROUTE] = path;
    next();
  };
}

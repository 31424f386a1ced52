import type { RequestHandler } from 'express';
import { Router } from 'express';
import type { Knex } from 'knex';
import { collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import { workCounts } from '../db/read-models/work-summary.ts';
import type { Policy } from '../domain/policy.ts';
import { isTerminal, PLAN_CHANGE_STATUSES } from '../domain/plan-change-status.ts';

/** Labels are templates and codes, never paths: a path carries ids, and a customer's link its token. */
const ROUTE = 'route';

export interface Metrics {
  /** Measures every request that a route answered. */
  readonly measure: RequestHandler;
  /** Serves `/metrics` in the Prometheus text format. */
  readonly router: Router;
}

/** What is counted in the database is counted again at most so often, however many ask. */
const COUNTS_HOLD_MS = 5_000;

interface MetricsDeps {
  readonly knex: Knex;
  readonly policy: Policy;
}

export function createMetrics(deps: MetricsDeps): Metrics {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  const durations = new Histogram({
    name: 'http_request_duration_seconds',
    help: 'Time to answer, by route and status',
    labelNames: ['method', 'route', 'status'] as const,
    buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
    registers: [registry],
  });
  const countWork = workGauges(registry, deps);
  const router = Router();
  router.get('/metrics', async (_request, response) => {
    await countWork();
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

/**
 * What operations watch (docs/runbook.md, "Alerts"): counts it again where it is time. While the database is away the
 * counts are left out, which is not zero.
 */
function workGauges(registry: Registry, { knex, policy }: MetricsDeps): () => Promise<void> {
  const gauge = <Label extends string>(name: string, help: string, labelNames: readonly Label[] = []) =>
    new Gauge({ name, help, labelNames, registers: [registry] });
  const open = gauge('plan_changes_open', 'Plan changes that have not ended, by status', ['status']);
  const waiting = gauge('plan_changes_worklist', 'Plan changes that wait for people, by list', ['list']);
  const anchorAge = gauge(
    'note_anchor_age_seconds',
    'Time since the day of the last anchor of the account notes began',
  );
  const counted = gauge(
    'plan_changes_counted',
    '1: these counts are of now; 0: the database does not answer',
  );
  let countedAt = -Infinity;
  return async () => {
    if (Date.now() - countedAt < COUNTS_HOLD_MS) return;
    countedAt = Date.now();
    for (const one of [open, waiting]) one.reset();
    anchorAge.remove();
    try {
      const { statuses, anchorAgeSeconds, ...lists } = await workCounts(knex, policy.holdMs);
      for (const status of PLAN_CHANGE_STATUSES.filter((name) => !isTerminal(name)))
        open.set({ status }, statuses[status] ?? 0);
      for (const [list, count] of Object.entries(lists)) waiting.set({ list }, count);
      if (anchorAgeSeconds !== null) anchorAge.set(anchorAgeSeconds);
      counted.set(1);
    } catch {
      counted.set(0);
    }
  };
}

/** Names the route that answers, for the metrics. */
export function routeNamed(path: string): RequestHandler {
  return (_request, response, next) => {
    response.locals[ROUTE] = path;
    next();
  };
}

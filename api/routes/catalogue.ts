import { findTerms, plansOnSale } from '../../db/read-models/catalogue.ts';
import { toMoneyJson } from '../../domain/money.ts';
import { ACCESS } from '../auth.ts';
import { termsPage } from '../consent-page/pages.ts';
import type { ApiDeps } from '../deps.ts';
import { notFound } from '../http-errors.ts';
import type { Route } from '../route.ts';
import { defineRoute } from '../route.ts';
import { plan, plansQuery, terms } from '../schemas/accounts.ts';
import { page } from '../schemas/common.ts';

const VERSION = /^[0-9A-Za-z.-]{1,50}$/;

/** What can be ordered, and under which terms. */
export function catalogueRoutes(deps: ApiDeps): Route[] {
  return [
    defineRoute({
      method: 'get',
      path: '/v1/plans',
      operationId: 'listPlans',
      summary: 'Plans that may start on a date, with running promotions',
      tag: 'Catalogue',
      access: ACCESS.everyone,
      idempotencyKey: 'none',
      query: plansQuery,
      answers: { 200: { description: 'All of them, cheapest first.', schema: page(plan) } },
      handle: async ({ query }) => {
        const plans = await plansOnSale(deps.knex, query.on);
        const items = plans.map(({ priceMinor, currency, ...shown }) => ({
          planCode: shown.planCode,
          planName: shown.planName,
          version: shown.version,
          price: toMoneyJson(priceMinor, currency),
          interval: shown.interval,
          technology: shown.technology,
          features: shown.features,
          allowances: shown.allowances,
          availableFrom: shown.availableFrom,
          availableUntil: shown.availableUntil,
          promotions: shown.promotions,
        }));
        return { status: 200, body: { items, nextCursor: null } };
      },
    }),
    defineRoute({
      method: 'get',
      path: '/v1/terms/{version}',
      operationId: 'getTerms',
      summary: 'The text of the terms, exactly as hashed',
      tag: 'Catalogue',
      access: 'public',
      idempotencyKey: 'none',
      answers: {
        200: {
          description: 'The text; JSON, or a page for people, when asked for by Accept.',
          schema: terms,
          plainText: true,
          otherwise: 'text/html',
        },
      },
      handle: async ({ params, accepts }) => {
        const version = params['version'] ?? '';
        const found = VERSION.test(version) ? await findTerms(deps.knex, version) : undefined;
        if (found === undefined) throw notFound('version of the terms');
        if (accepts('text/html'))
          return {
            status: 200,
            body: termsPage(deps.company, found),
            contentType: 'text/html; charset=utf-8',
          };
        return accepts('application/json')
          ? { status: 200, body: { version: found.version, sha256: found.sha256, text: found.body } }
          : { status: 200, body: found.body, contentType: 'text/plain; charset=utf-8' };
      },
    }),
  ];
}

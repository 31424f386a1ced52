import { randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { Express } from 'express';
import express from 'express';
import helmet from 'helmet';
import { pinoHttp } from 'pino-http';
import { consentPageRouter } from './consent-page/router.ts';
import { consoleRouter } from './console/console-router.ts';
import { sessionRouter } from './console/session-router.ts';
import type { ApiDeps } from './deps.ts';
import { docsRouter } from './docs.ts';
import { healthRouter } from './health.ts';
import { createMetrics } from './metrics.ts';
import { loggedPath, wordsOfPaths } from './logged-path.ts';
import { mount } from './mount.ts';
import { openApiDocument } from './openapi.ts';
import { problemHandler, unknownPath } from './problem-handler.ts';
import type { Route } from './route.ts';
import { accountRoutes } from './routes/accounts.ts';
import { catalogueRoutes } from './routes/catalogue.ts';
import { consentLinkRoutes } from './routes/consent-link.ts';
import { evidenceRoutes } from './routes/evidence.ts';
import { eventsRouter } from './routes/events.ts';
import { identificationRoutes } from './routes/identifications.ts';
import { messageRoutes } from './routes/messages.ts';
import { planChangeRoutes } from './routes/plan-changes.ts';
import { recommendationRoutes } from './routes/recommendations.ts';
import { workRoutes } from './routes/work.ts';
import { sendgridWebhookRouter } from './sendgrid-webhook.ts';
import { refuseWrongMethods } from './wrong-method.ts';

const BODY_LIMIT = '32kb';

/** Every operation of the API: the table of contents. */
export function routesOf(deps: ApiDeps): Route[] {
  return [
    ...identificationRoutes(deps),
    ...catalogueRoutes(deps),
    ...recommendationRoutes(deps),
    ...planChangeRoutes(deps),
    ...messageRoutes(deps),
    ...consentLinkRoutes(deps),
    ...accountRoutes(deps),
    ...evidenceRoutes(deps),
    ...workRoutes(deps),
  ];
}

/** The API as an Express application that does not listen yet. */
export function createApp(deps: ApiDeps): Express {
  const app = express();
  app.set('trust proxy', deps.trustedProxies);
  const routes = routesOf(deps);
  const document = openApiDocument(routes, deps.publicUrl);
  const words = wordsOfPaths(Object.keys(document.paths));
  app.use(
    pinoHttp({
      logger: deps.log,
      genReqId: (_request, response) => {
        const id = randomUUID();
        response.setHeader('x-request-id', id);
        return id;
      },
      // Bodies, queries and keys never reach a log; of paths only ids and our own words do.
      serializers: {
        req: (request: { id: string; method: string; url: string }) => ({
          id: request.id,
          method: request.method,
          path: loggedPath(request.url, words),
        }),
        res: (response: { statusCode: number }) => ({ status: response.statusCode }),
      },
      autoLogging: { ignore: (request) => request.url === '/livez' || request.url === '/readyz' },
    }),
  );
  app.use(helmet({ strictTransportSecurity: false }));
  const metrics = createMetrics(deps);
  app.use(metrics.measure);
  // Before the routers, which would answer OPTIONS by themselves.
  refuseWrongMethods(app, document.paths);
  app.use(healthRouter(deps));
  app.use(metrics.router);
  app.use(docsRouter(document));
  app.use(consentPageRouter(deps));
  app.use(consoleRouter(deps.consoleFolder));
  app.use(sessionRouter(deps));
  app.use(sendgridWebhookRouter(deps));
  app.use(eventsRouter(deps));
  // Whatever it calls itself; that of a GET has no meaning, and no operation documents one.
  const hasBody = ({ method }: IncomingMessage): boolean => method !== 'GET' && method !== 'HEAD';
  app.use(express.json({ limit: BODY_LIMIT, strict: false, type: hasBody }));
  for (const route of routes) mount(app, deps, route);
  app.use(unknownPath);
  app.use(problemHandler(deps.log));
  return app;
}

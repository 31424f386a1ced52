import type { Express } from 'express';
import { HttpProblem } from './http-errors.ts';

const METHODS = ['get', 'post', 'put', 'patch', 'delete'];

/** Paths that are served and not in the document. */
const BESIDE_THE_DOCUMENT = { '/openapi.json': { get: {} }, '/docs': { get: {} } };

/** 405 with Allow (RFC 9110, 15.5.6) for every method that a documented path does not have. */
export function refuseWrongMethods(app: Express, paths: Readonly<Record<string, object>>): void {
  for (const [path, item] of Object.entries({ ...paths, ...BESIDE_THE_DOCUMENT })) {
    const methods = METHODS.filter((method) => method in item).flatMap((method) =>
      method === 'get' ? ['GET', 'HEAD'] : [method.toUpperCase()],
    );
    app.all(path.replaceAll(/\{(\w+)\}/g, ':$1'), (request, _response, next) => {
      next(methods.includes(request.method) ? undefined : wrongMethod(methods));
    });
  }
}

function wrongMethod(methods: readonly string[]): HttpProblem {
  const allow = methods.join(', ');
  return new HttpProblem(
    405,
    'method-not-allowed',
    'The path does not take this method',
    `Use ${allow} here. What each path takes is in GET /openapi.json.`,
    { headers: { allow } },
  );
}

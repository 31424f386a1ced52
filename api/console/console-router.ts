import { existsSync } from 'node:fs';
import path from 'node:path';
import express, { Router } from 'express';
import { routeNamed } from '../metrics.ts';
import { HttpProblem } from '../http-errors.ts';

/** Everything the console loads is a file of its own from here: no inline script or style, no third party. */
const CONTENT_SECURITY_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self'",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'self'",
  "frame-ancestors 'none'",
  "require-trusted-types-for 'script'",
  "trusted-types 'none'",
].join('; ');

/** The agent's console: one page for every path under `/console`, and its files, named by their content. */
export function consoleRouter(folder: string | undefined): Router {
  const router = Router();
  router.use('/console', routeNamed('/console'), (_request, response, next) => {
    response.set('content-security-policy', CONTENT_SECURITY_POLICY);
    response.set('referrer-policy', 'no-referrer');
    next();
  });
  if (folder !== undefined) {
    const assets = path.resolve(folder, 'assets');
    router.use('/console/assets', express.static(assets, { index: false, immutable: true, maxAge: '1y' }));
  }
  router.get(['/console', '/console/{*path}'], (request, response, next) => {
    const page = folder === undefined ? undefined : path.resolve(folder, 'index.html');
    if (page === undefined || !existsSync(page)) throw notBuilt();
    // A file that is not there is no screen.
    if (request.path.startsWith('/console/assets')) return next();
    response.set('cache-control', 'no-cache').sendFile(page, { dotfiles: 'allow' });
  });
  return router;
}

function notBuilt(): HttpProblem {
  return new HttpProblem(
    404,
    'console-not-built',
    'The console is not built',
    'Run `npm run build:console`, or `npm start`, which builds it; CONSOLE_FOLDER names another folder.',
  );
}

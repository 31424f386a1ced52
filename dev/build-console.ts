/** Builds the agent's console: `build-console.ts OUT` (`npm run build:console`, Dockerfile, `npm start`, tests). */
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'vite';

const [out] = process.argv.slice(2);
if (out === undefined) throw new Error('Usage: build-console.ts OUT');
await build({
  configFile: false,
  root: fileURLToPath(new URL('../web/console', import.meta.url)),
  base: '/console/',
  logLevel: 'warn',
  publicDir: false,
  build: {
    outDir: path.resolve(out),
    emptyOutDir: true,
    target: 'es2022',
    // A data: URL would need its own exception in the Content-Security-Policy.
    assetsInlineLimit: 0,
    // Every browser that runs the console preloads modules by itself.
    modulePreload: { polyfill: false },
  },
});

import type { Endpoints } from './endpoints.ts';
import type { StartConfig } from './start-config.ts';

/** What is where, for the person who started it. */
export function summary(endpoints: Endpoints, config: StartConfig): string {
  const rows: [string, string][] = [
    ['Console', endpoints.console],
    ['API', endpoints.api],
    ['API documentation', endpoints.docs],
    ['Temporal UI', endpoints.temporalUi],
    ['Outbox', `${endpoints.outbox}/`],
    ['PostgreSQL', withoutPassword(endpoints.databaseUrl)],
    ['Temporal', endpoints.temporalAddress],
    ['Agent’s API key', endpoints.keys.agent],
    ['Data', config.dataDir],
    ['Logs', `${config.dataDir}/logs`],
  ];
  const width = Math.max(...rows.map(([name]) => name.length));
  const lines = rows.map(([name, value]) => `  ${name.padEnd(width)}  ${value}`);
  return `\n${lines.join('\n')}\n\nAll keys and URLs: ${config.dataDir}/endpoints.json. Ctrl-C stops everything.\n`;
}

function withoutPassword(databaseUrl: string): string {
  const url = new URL(databaseUrl);
  url.password = '';
  return url.href;
}

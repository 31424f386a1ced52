import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';

const FOLDER = path.join(path.dirname(fileURLToPath(import.meta.url)), 'histories');

const historyShape = z.looseObject({ events: z.array(z.looseObject({ eventType: z.string() })).min(1) });
const storedShape = z.strictObject({ workflowId: z.string(), history: historyShape });

export type StoredHistory = z.output<typeof storedShape> & { readonly name: string };

export function historyFile(name: string): string {
  return path.join(FOLDER, `${name}.json`);
}

export function storedHistories(): StoredHistory[] {
  return readdirSync(FOLDER)
    .sort()
    .map((file) => ({
      name: path.basename(file, '.json'),
      ...storedShape.parse(JSON.parse(readFileSync(path.join(FOLDER, file), 'utf8'))),
    }));
}

/** Members that say where a history was recorded, which nobody replays. */
const PLACES = new Set(['identity', 'stackTrace', 'binaryChecksum']);

/** A history without the machine it was recorded on. */
export function impersonal(json: string): z.output<typeof historyShape> {
  return historyShape.parse(
    JSON.parse(json, (key, value: unknown) =>
      PLACES.has(key) && typeof value === 'string' ? 'recorded' : value,
    ),
  );
}

/** Every text in a history, those inside payloads decoded. */
export function textsOf(value: unknown): string[] {
  if (typeof value === 'string') return [value];
  if (Array.isArray(value)) return value.flatMap(textsOf);
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, member]: [string, unknown]) =>
    key === 'data' && typeof member === 'string'
      ? [Buffer.from(member, 'base64').toString('utf8')]
      : [key, ...textsOf(member)],
  );
}

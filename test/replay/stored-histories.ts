import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import type { WorkflowHandle } from '@temporalio/client';
import proto from '@temporalio/proto';
import { z } from 'zod';

type History = Awaited<ReturnType<WorkflowHandle['fetchHistory']>>;

const { History: HistoryMessage } = proto.temporal.api.history.v1;
const FOLDER = path.join(path.dirname(fileURLToPath(import.meta.url)), 'histories');

const storedShape = z.strictObject({
  workflowId: z.string(),
  history: z.looseObject({ events: z.array(z.looseObject({ eventType: z.string() })).min(1) }),
});

export interface StoredHistory {
  /** The path that it took. */
  readonly name: string;
  readonly workflowId: string;
  readonly history: History;
  /** As it lies in the file. */
  readonly json: z.output<typeof storedShape>;
}

export function historyFile(name: string): string {
  return path.join(FOLDER, `${name}.json`);
}

export function storedHistories(): StoredHistory[] {
  return readdirSync(FOLDER)
    .sort()
    .map((file) => {
      const json = storedShape.parse(JSON.parse(readFileSync(path.join(FOLDER, file), 'utf8')));
      const history = HistoryMessage.fromObject(json.history);
      return { name: path.basename(file, '.json'), workflowId: json.workflowId, history, json };
    });
}

/** Members that say where a history was recorded, which nobody replays. */
const PLACES = new Set(['identity', 'stackTrace', 'binaryChecksum']);

/** Stores a history without the machine it was recorded on; returns its number of events. */
export function storeHistory(name: string, workflowId: string, history: History): number {
  const options = { longs: String, enums: String, bytes: String };
  const plain = HistoryMessage.toObject(HistoryMessage.fromObject(history), options);
  const json = JSON.stringify({ workflowId, history: plain }, (key, value: unknown) =>
    PLACES.has(key) && typeof value === 'string' ? 'recorded' : value,
  );
  writeFileSync(historyFile(name), `${json}\n`);
  return (history.events ?? []).length;
}

/** Every text in a stored history, those inside payloads decoded. */
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

import { z } from 'zod';
import { invalidInput } from './http-errors.ts';
import { instant, uuid } from './schemas/common.ts';

const position = z.strictObject({ openedAt: instant.regex(/^.{19}\.\d{6}Z$/), id: uuid });
export type Position = z.output<typeof position>;

/** Where a page of a list ended, opaque to callers. */
export function encodeCursor(at: Position): string {
  return Buffer.from(JSON.stringify(at)).toString('base64url');
}

/** Throws 422 for a cursor that this API did not make. */
export function decodeCursor(cursor: string | undefined): Position | undefined {
  if (cursor === undefined) return undefined;
  const parsed = position.safeParse(parseJson(Buffer.from(cursor, 'base64url').toString('utf8')));
  if (!parsed.success) {
    throw invalidInput([{ pointer: 'query/cursor', detail: 'must be the nextCursor of an earlier page' }]);
  }
  return parsed.data;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

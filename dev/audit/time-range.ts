import type { TimeRange } from './check.ts';

const INSTANT = /^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d+)?)?Z$/;

/** Two instants in UTC with a slash between them, the earlier one first; undefined for anything else. */
export function timeRangeOf(text: string): TimeRange | undefined {
  const [from, until, ...more] = text.split('/').map(instantOf);
  return from && until && more.length === 0 && from < until ? { from, until } : undefined;
}

function instantOf(text: string): Date | undefined {
  return INSTANT.test(text) && !Number.isNaN(Date.parse(text)) ? new Date(text) : undefined;
}

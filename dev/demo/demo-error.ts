import { StartError } from '../stack/start-error.ts';

/** A failure that the person who plays the demonstration can act on, in one sentence or two. */
export class DemoError extends Error {
  override readonly name = 'DemoError';
}

/** One sentence about any failure. */
export function explainFailure(error: unknown): string {
  if (error instanceof DemoError) return error.message;
  if (error instanceof StartError) return `${error.message} ${error.advice}`;
  const text = error instanceof Error ? error.message : String(error);
  return `The demonstration failed: ${text}.`;
}

import { storedBundle, type StoredBundle } from './earlier-formats.ts';
import { RECORD_END, RECORD_START, renderEvidencePage } from './page/render.ts';
import { bundleJson } from './seal.ts';

export interface ReadBundle {
  readonly form: 'page' | 'record';
  readonly bundle: StoredBundle;
  /** Where the file is not, byte for byte, what its own record makes; null: it is. */
  readonly difference: string | null;
}

/** A file that is no bundle at all. */
export class UnreadableBundleError extends Error {
  override readonly name = 'UnreadableBundleError';
}

/** How a browser begins a page that it has written anew instead of keeping what was served. */
const WRITTEN_ANEW = /^<!DOCTYPE html>\s*<!-- saved from url=/;

/**
 * Reads a bundle in either form, and says whether the file is exactly what its record makes: no byte more or less, for
 * whatever else were let through could carry a script. Throws UnreadableBundleError.
 */
export function readBundle(file: Buffer): ReadBundle {
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(file);
  } catch {
    throw new UnreadableBundleError(
      'The file is not UTF-8 text: it was changed, or written anew by another program.',
    );
  }
  const isPage = text.trimStart().startsWith('<');
  const bundle = parse(isPage ? recordOf(text) : text);
  const expected = isPage ? renderEvidencePage(bundle) : bundleJson(bundle);
  const form = isPage ? 'page' : 'record';
  return { form, bundle, difference: text === expected ? null : firstDifference(text, expected) };
}

function parse(json: string): StoredBundle {
  let value: unknown;
  try {
    value = JSON.parse(json);
  } catch {
    throw new UnreadableBundleError('The signed record is not JSON: the file was changed or cut off.');
  }
  const parsed = storedBundle.safeParse(value);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw new UnreadableBundleError(
    `The signed record is not one of this format: ${issue?.path.join('.') ?? ''}: ${issue?.message ?? ''}.`,
  );
}

function recordOf(page: string): string {
  const start = page.lastIndexOf(RECORD_START);
  const end = page.indexOf(RECORD_END, start);
  if (start < 0 || end < 0)
    throw new UnreadableBundleError(
      'The page holds no signed record: it is another page, or it was cut off.',
    );
  return page
    .slice(start + RECORD_START.length, end)
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&nbsp;', '\u00a0')
    .replaceAll('&amp;', '&');
}

function firstDifference(found: string, expected: string): string {
  let at = 0;
  while (at < found.length && at < expected.length && found[at] === expected[at]) at += 1;
  const around = (text: string): string => JSON.stringify(text.slice(Math.max(0, at - 20), at + 40));
  const line = found.slice(0, at).split('\n').length;
  const difference = `line ${line}: the file has ${around(found)}, its record makes ${around(expected)}`;
  return WRITTEN_ANEW.test(found)
    ? `${difference}. A browser has saved it as a “complete” page, which is another one: save it as “HTML only”`
    : difference;
}

import { evidenceBundle, type EvidenceBundle } from './payload.ts';
import { RECORD_END, RECORD_START, renderEvidencePage } from './page/render.ts';
import { bundleJson } from './seal.ts';

export interface ReadBundle {
  readonly form: 'page' | 'record';
  readonly bundle: EvidenceBundle;
  /** Where the file is not, byte for byte, what its own record makes; null: it is. */
  readonly difference: string | null;
}

/** A file that is no bundle at all. */
export class UnreadableBundleError extends Error {
  override readonly name = 'UnreadableBundleError';
}

/** What Chromium adds to a page that it saves as it stands, besides nothing: where it is from, and the encoding again. */
const SAVED_FROM = /^<!DOCTYPE html>\s*<!-- saved from url=\(\d{4}\)[\x21-\x7e]* -->\s*/;
const ENCODING_AGAIN = '<meta http-equiv="Content-Type" content="text/html; charset=UTF-8">';

/** Reads a bundle in either form, and says whether all of the file is what the record makes. Throws UnreadableBundleError. */
export function readBundle(file: Buffer): ReadBundle {
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(file);
  } catch {
    throw new UnreadableBundleError('The file is not UTF-8 text.');
  }
  const isPage = text.trimStart().startsWith('<');
  const bundle = parse(isPage ? recordOf(text) : text);
  const expected = isPage ? renderEvidencePage(bundle) : bundleJson(bundle);
  const found = isPage ? asServed(text) : text.endsWith('\n') ? text : `${text}\n`;
  const form = isPage ? 'page' : 'record';
  return { form, bundle, difference: found === expected ? null : firstDifference(found, expected) };
}

function parse(json: string): EvidenceBundle {
  let value: unknown;
  try {
    value = JSON.parse(json);
  } catch {
    throw new UnreadableBundleError('The signed record is not JSON: the file was changed or cut off.');
  }
  const parsed = evidenceBundle.safeParse(value);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw new UnreadableBundleError(
    `The signed record is not one of this format: ${issue?.path.join('.') ?? ''}: ${issue?.message ?? ''}.`,
  );
}

function recordOf(page: string): string {
  const start = page.lastIndexOf(RECORD_START);
  const end = page.indexOf(RECORD_END, start);
  if (start < 0 || end < 0) throw new UnreadableBundleError('The page holds no signed record.');
  return page
    .slice(start + RECORD_START.length, end)
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&nbsp;', '\u00a0')
    .replaceAll('&amp;', '&');
}

/** A page that a browser saved, as it was served; any other page is left as it is. */
function asServed(page: string): string {
  if (!SAVED_FROM.test(page)) return page;
  return page.replace(SAVED_FROM, '<!DOCTYPE html>').replace(ENCODING_AGAIN, '');
}

function firstDifference(found: string, expected: string): string {
  let at = 0;
  while (at < found.length && at < expected.length && found[at] === expected[at]) at += 1;
  const around = (text: string): string => JSON.stringify(text.slice(Math.max(0, at - 20), at + 40));
  const line = found.slice(0, at).split('\n').length;
  return `line ${line}: the file has ${around(found)}, its record makes ${around(expected)}`;
}

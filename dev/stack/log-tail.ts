import { closeSync, existsSync, fstatSync, openSync, readSync, renameSync, statSync } from 'node:fs';

const ROTATE_AT = 20_000_000;
const TAIL = 16_384;

/** Keeps a log from growing for ever: at each start a long one becomes the one `.1`. Returns the log's length. */
export function rotateLog(file: string): number {
  if (!existsSync(file)) return 0;
  const { size } = statSync(file);
  if (size < ROTATE_AT) return size;
  renameSync(file, `${file}.1`);
  return 0;
}

/** The end of what was written after `from`. */
export function readTail(file: string, from: number): string {
  try {
    const handle = openSync(file, 'r');
    try {
      const { size } = fstatSync(handle);
      const start = Math.max(from, size - TAIL, 0);
      const buffer = Buffer.alloc(Math.max(size - start, 0));
      readSync(handle, buffer, 0, buffer.length, start);
      return buffer.toString('utf8');
    } finally {
      closeSync(handle);
    }
  } catch {
    return '';
  }
}

/** The line of a log that says best why a program ended: its last error, else its last line. */
export function lastWords(tail: string): string {
  const lines = tail
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '' && !/^(at |\^|}|Node\.js v)/.test(line));
  const line = lines.findLast((each) => /error|fatal|panic/i.test(each)) ?? lines.at(-1) ?? '';
  return readable(line).slice(0, 300);
}

/** Worker and API log JSON lines. */
function readable(line: string): string {
  if (!line.startsWith('{')) return line;
  try {
    const { msg, err } = JSON.parse(line) as { msg?: unknown; err?: { message?: unknown } };
    const words = [msg, err?.message].filter((word) => typeof word === 'string');
    return words.length > 0 ? words.join(': ') : line;
  } catch {
    return line;
  }
}

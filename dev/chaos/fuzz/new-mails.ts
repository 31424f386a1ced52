import { open } from 'node:fs/promises';
import type { Mail } from '../../sendgrid-double/mail-store.ts';

/** Reads the mails that the double has accepted since the call before: its list grows too long to be asked for often. */
export function mailReader(file: string): () => Promise<readonly Mail[]> {
  let from = 0;
  return async () => {
    const handle = await open(file, 'r');
    try {
      const { size } = await handle.stat();
      const { buffer } = await handle.read(Buffer.alloc(size - from), 0, size - from, from);
      const whole = buffer.lastIndexOf('\n') + 1;
      from += whole;
      return buffer
        .toString('utf8', 0, whole)
        .split('\n')
        .flatMap((line) => (line === '' ? [] : [JSON.parse(line) as Mail]));
    } finally {
      await handle.close();
    }
  };
}

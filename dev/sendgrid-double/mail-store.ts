import { open, readFile, truncate, type FileHandle } from 'node:fs/promises';
import { z } from 'zod';

/** One accepted mail, in the shape of `GET /messages` (design.md, "What `npm start` writes"). */
const mailShape = z.object({
  id: z.string(),
  receivedAt: z.string(),
  /** Addresses; several are joined by a comma and a space. */
  to: z.string(),
  from: z.string(),
  subject: z.string(),
  text: z.string(),
  html: z.string(),
  customArgs: z.record(z.string(), z.string()),
});

export type Mail = z.infer<typeof mailShape>;

export interface MailStore {
  /** Newest first. */
  all(): readonly Mail[];
  find(id: string): Mail | undefined;
  /** Resolves when the mail is on the disk. */
  add(mail: Mail): Promise<void>;
  close(): Promise<void>;
}

/**
 * Mails in a file of JSON lines. A mail is acknowledged only after it is flushed, so `kill -9` loses none; a last
 * line cut short by one was never acknowledged and is dropped.
 */
export async function openMailStore(file: string): Promise<MailStore> {
  const mails = await load(file);
  const handle = await open(file, 'a', 0o600);
  let queue: Promise<void> = Promise.resolve();
  return {
    all: () => mails.toReversed(),
    find: (id) => mails.find((mail) => mail.id === id),
    add(mail) {
      const write = queue.then(() => append(handle, mail)).then(() => void mails.push(mail));
      queue = write.catch(() => undefined);
      return write;
    },
    async close() {
      await queue;
      await handle.close();
    },
  };
}

async function append(handle: FileHandle, mail: Mail): Promise<void> {
  await handle.appendFile(`${JSON.stringify(mail)}\n`);
  await handle.datasync();
}

async function load(file: string): Promise<Mail[]> {
  let content: Buffer;
  try {
    content = await readFile(file);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
  const whole = content.lastIndexOf('\n') + 1;
  if (whole < content.length) await truncate(file, whole);
  return content
    .toString('utf8', 0, whole)
    .split('\n')
    .flatMap((line) => (line === '' ? [] : [mailShape.parse(JSON.parse(line))]));
}

import type { AddressInfo } from 'node:net';
import { createSendgridDouble } from './app.ts';
import { createEventWebhook, type WebhookOptions } from './event-webhook.ts';
import { openMailStore } from './mail-store.ts';

export interface RunningDouble {
  readonly origin: string;
  close(): Promise<void>;
}

export interface DoubleOptions {
  readonly port: number;
  /** Where accepted mails are kept. */
  readonly file: string;
  /** Where events are posted to; without it there are none. */
  readonly webhook?: WebhookOptions;
}

/** Serves the double on 127.0.0.1; port 0 takes a free one. Rejects when the port is taken. */
export async function serveSendgridDouble(options: DoubleOptions): Promise<RunningDouble> {
  const store = await openMailStore(options.file);
  const webhook = options.webhook && createEventWebhook(options.webhook);
  const app = createSendgridDouble(store, webhook);
  const server = await new Promise<ReturnType<typeof app.listen>>((resolve, reject) => {
    // Express calls back with the error, too, when it cannot listen.
    const listening = app.listen(options.port, '127.0.0.1', (error?: Error) => {
      if (error) reject(error);
      else resolve(listening);
    });
  });
  return {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async close() {
      await new Promise<void>((resolve) => {
        server.close(() => {
          resolve();
        });
        // Held answers (see timeout-after-accept) must not keep us.
        server.closeAllConnections();
      });
      webhook?.close();
      await store.close();
    },
  };
}

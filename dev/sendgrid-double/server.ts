/**
 * The double as a program: `server.ts --port PORT --file OUTBOX [--webhook URL --webhook-key FILE]`. Ends in order
 * on SIGTERM and SIGINT.
 */
import { Command } from 'commander';
import { serveSendgridDouble } from './serve.ts';
import { webhookKey } from './webhook-key.ts';

const command = new Command('sendgrid-double')
  .requiredOption('--port <port>', 'port on 127.0.0.1', Number)
  .requiredOption('--file <file>', 'where accepted mails are kept')
  .option('--webhook <url>', 'where events about mails are posted to; needs --webhook-key')
  .option('--webhook-key <file>', 'the key that signs them; made when it is not there')
  .parse();
const options = command.opts<{ port: number; file: string; webhook?: string; webhookKey?: string }>();
if ((options.webhook === undefined) !== (options.webhookKey === undefined))
  command.error('error: --webhook and --webhook-key go together');

const double = await serveSendgridDouble({
  port: options.port,
  file: options.file,
  ...(options.webhook !== undefined &&
    options.webhookKey !== undefined && {
      webhook: {
        url: options.webhook,
        key: await webhookKey(options.webhookKey),
        onGivenUp: (reason: string) => {
          console.warn(`events given up: ${reason}`);
        },
      },
    }),
});
console.log(`SendGrid double on ${double.origin}`);

for (const signal of ['SIGTERM', 'SIGINT'] as const) {
  process.once(signal, () => {
    void double.close();
  });
}

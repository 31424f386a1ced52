/** The double as a program: `server.ts --port PORT --file OUTBOX`. Ends in order on SIGTERM and SIGINT. */
import { Command } from 'commander';
import { serveSendgridDouble } from './serve.ts';

const options = new Command('sendgrid-double')
  .requiredOption('--port <port>', 'port on 127.0.0.1', Number)
  .requiredOption('--file <file>', 'where accepted mails are kept')
  .parse()
  .opts<{ port: number; file: string }>();

const double = await serveSendgridDouble(options);
console.log(`SendGrid double on ${double.origin}`);

for (const signal of ['SIGTERM', 'SIGINT'] as const) {
  process.once(signal, () => {
    void double.close();
  });
}

import { existsSync } from 'node:fs';
import type { MailOutcome } from '../../activities/ports.ts';
import { createRig, startWorker } from '../support/plan-change-rig.ts';
import { stopTestStack } from '../support/test-stack.ts';
import { PATHS } from './paths.ts';
import { historyFile, storeHistory } from './stored-histories.ts';

/**
 * Records the histories of paths that have none yet. A stored history is never recorded again: it stands for the
 * changes that customers started under the code of its day.
 */
async function record(): Promise<void> {
  let mails: MailOutcome = { outcome: 'accepted', providerMessageId: 'message' };
  const mailer = { send: () => Promise.resolve(mails) };
  const rig = await createRig('record', { mailer });
  const worker = await startWorker(rig, { identity: 'worker' });
  const mailsAre = (outcome: MailOutcome): void => {
    mails = outcome;
  };
  try {
    for (const [name, walk] of Object.entries(PATHS)) {
      if (existsSync(historyFile(name))) continue;
      const handle = await walk({ rig, worker, mailsAre });
      const events = storeHistory(name, handle.workflowId, await handle.fetchHistory());
      process.stdout.write(`${name}: ${events} events\n`);
    }
  } finally {
    await worker.stop();
    await rig.close();
    await stopTestStack();
  }
}

await record();

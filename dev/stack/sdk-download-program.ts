/**
 * Brings the Temporal CLI into the folder given as the first argument by the SDK's own download. The SDK has no
 * call that only downloads, so a server is started and stopped. A program of its own because the download cannot
 * be cancelled from inside: sdk-download.ts ends the process.
 */
import { TestWorkflowEnvironment } from '@temporalio/testing';

const [, , downloadDir] = process.argv;
if (downloadDir === undefined) throw new Error('usage: sdk-download-program FOLDER');

const environment = await TestWorkflowEnvironment.createLocal({
  server: { executable: { type: 'cached-download', downloadDir } },
});
await environment.teardown();

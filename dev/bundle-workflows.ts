/** Bundles workflow code ahead of time, for images: `bundle-workflows.ts ENTRY OUT` (see Dockerfile). */
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { bundleWorkflowCode } from '@temporalio/worker';

const [entry, out] = process.argv.slice(2);
if (entry === undefined || out === undefined) throw new Error('Usage: bundle-workflows.ts ENTRY OUT');
const { code } = await bundleWorkflowCode({ workflowsPath: path.resolve(entry) });
await writeFile(out, code);

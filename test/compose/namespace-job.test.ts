import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtemp, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { Connection } from '@temporalio/client';
import proto from '@temporalio/proto';
import { cacheFolder } from '../../dev/stack/cache-folder.ts';
import { resolveTemporalBinary } from '../../dev/stack/temporal-binary.ts';
import { SEARCH_ATTRIBUTE } from '../../workflows/contract.ts';
import { testTemporal } from '../support/test-stack.ts';
import { readCompose } from './compose-file.ts';

const run = promisify(execFile);
const NAMESPACE = 'compose-job';

describe('the job temporal-namespace of docker-compose.yml', function () {
  this.timeout(60_000);
  let folder: string;
  let address: string;

  before(async () => {
    ({ address } = await testTemporal());
    folder = await mkdtemp(path.join(tmpdir(), 'compose-job-'));
    const env = process.env;
    const { file } = await resolveTemporalBinary({ env, cacheDir: cacheFolder(env), fallbackDir: folder });
    await symlink(file, path.join(folder, 'temporal'));
  });
  after(async () => {
    await rm(folder, { recursive: true });
  });

  /** The job's own command, without its container, against a real server. */
  async function runJob(): Promise<void> {
    const job = readCompose().services['temporal-namespace'];
    const [shell = '', ...args] = [...(job?.entrypoint ?? []), ...(job?.command ?? [])];
    await run(
      shell,
      args.map((arg) => arg.replaceAll('$$', '$')),
      {
        env: {
          PATH: `${folder}:${process.env.PATH ?? ''}`,
          HOME: folder,
          TEMPORAL_ADDRESS: address,
          TEMPORAL_NAMESPACE: NAMESPACE,
          RETENTION: '90d',
        },
        timeout: 30_000,
      },
    );
  }

  it('makes namespace, retention and search attributes, and may run again', async () => {
    await runJob();
    await runJob();
    const connection = await Connection.connect({ address });
    try {
      const { config } = await connection.workflowService.describeNamespace({ namespace: NAMESPACE });
      assert.equal(Number(config?.workflowExecutionRetentionTtl?.seconds), 90 * 24 * 3_600);
      const { customAttributes } = await connection.operatorService.listSearchAttributes({
        namespace: NAMESPACE,
      });
      const { IndexedValueType } = proto.temporal.api.enums.v1;
      for (const { name, type } of Object.values(SEARCH_ATTRIBUTE)) {
        assert.equal(customAttributes[name], IndexedValueType[`INDEXED_VALUE_TYPE_${type}`], name);
      }
    } finally {
      await connection.close();
    }
  });
});

import assert from 'node:assert/strict';
import { mkdirSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { buildWorkflowBundle } from '../../dev/stack/workflow-bundle.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

describe('workflow bundle of npm start', () => {
  let folder: { path: string; remove: () => void };
  const write = (name: string, content: string): void => {
    writeFileSync(path.join(folder.path, name), content);
  };
  const build = async (): Promise<{ file: string; isNew: boolean }> =>
    buildWorkflowBundle({ checkout: folder.path, dataDir: path.join(folder.path, 'data') });

  beforeEach(() => {
    folder = temporaryFolder();
    for (const name of ['workflows', 'domain', 'data']) mkdirSync(path.join(folder.path, name));
    symlinkSync(
      path.resolve(import.meta.dirname, '../../node_modules'),
      path.join(folder.path, 'node_modules'),
    );
    write('package-lock.json', '{}');
    write('domain/words.ts', "export const words = 'from the domain';");
    write(
      'workflows/index.ts',
      "import { words } from '../domain/words.ts';\nexport const say = (): Promise<string> => Promise.resolve(words);",
    );
  });
  afterEach(() => {
    folder.remove();
  });

  it('is made once, and again only after a change of workflows, domain or lock file', async () => {
    const first = await build();
    assert.ok(first.isNew);
    assert.match(readFileSync(first.file, 'utf8'), /from the domain/);
    assert.equal(statSync(first.file).mode & 0o777, 0o600);
    assert.deepEqual(await build(), { file: first.file, isNew: false });
    write('domain/words.ts', "export const words = 'from a changed domain';");
    assert.ok((await build()).isNew);
    assert.match(readFileSync(first.file, 'utf8'), /from a changed domain/);
    write('package-lock.json', '{"changed":true}');
    assert.ok((await build()).isNew);
    rmSync(first.file);
    assert.ok((await build()).isNew);
    assert.ok(!(await build()).isNew);
  });

  it('says what cannot be resolved', async () => {
    write('workflows/index.ts', "export * from './nothing.ts';");
    await assert.rejects(build(), {
      name: 'StartError',
      message: /^The workflow code could not be bundled: .*nothing\.ts/,
    });
  });
});

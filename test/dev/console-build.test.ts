import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import path from 'node:path';
import { buildConsole } from '../../dev/stack/console-build.ts';
import { makeTestFolder, type TestFolder } from '../support/test-folder.ts';

describe('console of npm start', function () {
  this.timeout(180_000);
  let folder: TestFolder;
  before(() => {
    folder = makeTestFolder();
  });
  after(() => {
    folder.remove();
  });

  it('is built once from the same sources, and again when the build is gone', async () => {
    const options = { checkout: path.resolve(import.meta.dirname, '../..'), dataDir: folder.path };
    const first = await buildConsole(options);
    assert.ok(first.isNew && existsSync(path.join(first.folder, 'index.html')));
    assert.equal((await buildConsole(options)).isNew, false);
    await rm(first.folder, { recursive: true });
    assert.equal((await buildConsole(options)).isNew, true);
  });

  it('says what is wrong when it cannot be built', async () => {
    const options = { checkout: folder.path, dataDir: path.join(folder.path, 'none') };
    await assert.rejects(buildConsole(options), /The console could not be built: .*\S/);
  });
});

import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

/** A new folder for one test; `remove` takes it and all in it away. */
export function temporaryFolder(mode = 0o700): { path: string; remove: () => void } {
  const folder = mkdtempSync(path.join(tmpdir(), 'plan-change-folder-'));
  chmodSync(folder, mode);
  return {
    path: folder,
    remove: () => {
      rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}

import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/**
 * Compares with test/emails/golden/<name>. With UPDATE_GOLDEN=1 the file is written instead and the test fails
 * all the same, so that nobody overlooks the new file: read its diff, then run without.
 */
export function assertGolden(name: string, actual: string): void {
  const file = fileURLToPath(new URL(`golden/${name}`, import.meta.url));
  if (process.env.UPDATE_GOLDEN === '1') {
    writeFileSync(file, actual);
    assert.fail(`golden/${name} was written; read its diff and run again without UPDATE_GOLDEN`);
  }
  assert.equal(actual, readFileSync(file, 'utf8'), `differs from golden/${name} (UPDATE_GOLDEN=1 writes it)`);
}

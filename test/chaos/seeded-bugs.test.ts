import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { NO_BUG, SEEDED_BUGS } from '../../dev/chaos/seeded-bugs/bugs.ts';
import { hunt, judge } from '../../dev/chaos/seeded-bugs/hunt.ts';
import { patched } from '../../dev/chaos/seeded-bugs/patched-checkout.ts';
import type { Run } from '../../dev/chaos/seeded-bugs/run-in-copy.ts';
import type { SeededBug } from '../../dev/chaos/seeded-bugs/seeded-bug.ts';

const checkout = fileURLToPath(new URL('../..', import.meta.url));

describe('seeded bugs', () => {
  it('are at least twelve', () => assert.ok(SEEDED_BUGS.length >= 12));

  for (const bug of SEEDED_BUGS) {
    it(`can be put in: ${bug.name}`, () => {
      const text = readFileSync(path.join(checkout, bug.file), 'utf8');
      assert.notEqual(patched(text, bug), text);
    });
  }

  it('are caught, in a copy: the quickest of them', async () => {
    const bug = SEEDED_BUGS.find(({ by }) => by === 'clock') ?? assert.fail();
    const { outcome, caughtBy, others } = await hunt(checkout, bug);
    assert.deepEqual([outcome, caughtBy, others], ['caught', ['oracle'], []]);
  });

  it('name what must notice them', () => {
    for (const { name, by, expect } of SEEDED_BUGS) {
      assert.ok(expect.length > 0, name);
      if (by.startsWith('test/')) assert.ok(existsSync(path.join(checkout, by)), by);
    }
  });

  const bug: SeededBug = { ...NO_BUG, by: 'duplicates', expect: ['I2'] };
  const ran: Run = { said: 'The campaign could not be done: no way', code: 0, isOutOfTime: false };
  const report = (...checks: string[]): string =>
    JSON.stringify({
      results: [{ violations: checks.map((check) => ({ check, what: check })), undone: [] }],
    });

  it('are caught by what they name, and by nothing else', () => {
    const { outcome, caughtBy, others } = judge(bug, { ...ran, code: 1 }, report('I19', 'I2', 'I19'));
    assert.deepEqual([outcome, caughtBy, others], ['caught', ['I2'], ['I19']]);
    const other = judge(bug, { ...ran, code: 1 }, report('I19'));
    assert.deepEqual([other.outcome, other.caughtBy, other.others], ['survived', [], ['I19']]);
    assert.equal(judge(bug, ran, report()).outcome, 'survived');
  });

  it('are not caught by a run that took too long, nor by one that told nothing', () => {
    assert.equal(judge(bug, { ...ran, code: null, isOutOfTime: true }, report('I2')).outcome, 'not done');
    assert.equal(judge(bug, { ...ran, code: 2 }, undefined).outcome, 'not done');
    const withStart = { ...bug, expect: ['start'] };
    assert.deepEqual(judge(withStart, { ...ran, code: 2 }, undefined).caughtBy, ['start']);
    assert.equal(judge(withStart, { ...ran, code: null, isOutOfTime: true }, undefined).outcome, 'not done');
    assert.equal(judge(withStart, { ...ran, code: 1 }, undefined).outcome, 'not done');
  });

  it('that the campaign has done less than asked for is noticed as that', () => {
    const idle = JSON.stringify({ results: [{ violations: [], undone: ['0 of 10 changes were done'] }] });
    assert.deepEqual(judge({ ...bug, expect: ['undone'] }, { ...ran, code: 2 }, idle).caughtBy, ['undone']);
  });

  it('are caught by the test that they name, and by no other', () => {
    const failed = (fullTitle: string) =>
      JSON.stringify({ failures: [{ fullTitle, err: { message: 'no\nand more' } }] });
    const tested = { ...bug, by: 'test/api/limits.test.ts', expect: ['of an agent'] } as const;
    const caught = judge(tested, { ...ran, code: 1 }, failed('Limits of an agent: 429'));
    assert.deepEqual([caught.outcome, caught.example], ['caught', 'no']);
    assert.equal(judge(tested, { ...ran, code: 1 }, failed('"before all" hook')).outcome, 'survived');
  });
});

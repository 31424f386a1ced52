import assert from 'node:assert/strict';
import { interruptionsOf } from '../../domain/interruptions.ts';
import type { Technology } from '../../domain/plan-change-terms.ts';

const TECHNOLOGIES: Technology[] = ['none', 'dsl', 'fiber'];

describe('interruptions', () => {
  const rows: [from: Technology, to: Technology, said: RegExp[]][] = [
    ['none', 'dsl', [/technician connects the DSL line/, /Phone service goes on/]],
    ['none', 'fiber', [/technician connects the fiber line/, /Phone service goes on/]],
    [
      'dsl',
      'fiber',
      [/technician connects the fiber line/, /Internet access is interrupted for up to one hour/],
    ],
    [
      'fiber',
      'dsl',
      [/technician connects the DSL line/, /Internet access is interrupted for up to one hour/],
    ],
    ['dsl', 'none', [/Internet access ends/]],
    ['fiber', 'none', [/Internet access ends/]],
    ...TECHNOLOGIES.map((same): [Technology, Technology, RegExp[]] => [same, same, []]),
  ];
  for (const [from, to, said] of rows) {
    it(`from ${from} to ${to}: ${said.length} sentences`, () => {
      const sentences = interruptionsOf(from, to);
      assert.equal(sentences.length, said.length);
      for (const [index, words] of said.entries()) assert.match(sentences[index] ?? '', words);
    });
  }

  it('has a row here for every pair', () => {
    assert.equal(new Set(rows.map(([from, to]) => `${from} ${to}`)).size, TECHNOLOGIES.length ** 2);
  });
});

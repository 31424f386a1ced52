import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';

const root = new URL('../..', import.meta.url).pathname;
const command = ['--import', 'tsx', 'dev/prorate.ts'];
const file = new URL('../data/proration-cases.json', import.meta.url);
const cases = JSON.parse(readFileSync(file, 'utf8')) as { id: string; expected: Record<string, string> }[];

const cycle = { start: '2026-11-01', end: '2026-12-01' };
const plan = (price: unknown, start = cycle.start, end = cycle.end): object => ({
  price,
  cycle: { start, end },
});
const good = {
  ...{ id: 'a', currency: 'USD', timeZone: 'UTC', changeAt: '2026-11-16' },
  ...{ old: plan('30.00'), new: plan('50') },
};
const answer = '"credit":"15.00","charge":"25.00","net":"10.00","creditDays":[15,30],"chargeDays":[15,30]';

function prorate(input: string | Buffer): { lines: string[]; status: number | null; stderr: string } {
  const { stdout, stderr, status } = spawnSync(process.execPath, command, {
    cwd: root,
    input,
    encoding: 'utf8',
  });
  return { lines: stdout.split('\n').slice(0, -1), status, stderr };
}
const jsonLines = (values: unknown[]): string => values.map((value) => `${JSON.stringify(value)}\n`).join('');

describe('npm run prorate', () => {
  it('answers every published example exactly, through npm', () => {
    const args = ['run', '--silent', 'prorate'];
    const { stdout, status } = spawnSync('npm', args, {
      cwd: root,
      input: jsonLines(cases),
      encoding: 'utf8',
    });
    const answers = stdout
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, unknown>);
    assert.deepEqual(
      answers.map(({ id, credit, charge, net }) => ({ id, credit, charge, net })),
      cases.map(({ id, expected }) => ({ id, ...expected })),
    );
    assert.equal(status, 0);
  });

  it('answers bad lines with id and error, goes on, and exits with 1', () => {
    const bad: [string, object, RegExp][] = [
      ['unknown currency', { currency: 'XXX' }, /^currency: /],
      ['unknown zone', { timeZone: 'Mars/Phobos' }, /^timeZone: /],
      ['offset as zone', { timeZone: '+02:00' }, /^timeZone: /],
      ['date that does not exist', { changeAt: '2026-11-31' }, /^changeAt: /],
      ['time without offset', { changeAt: '2026-11-16T10:00:00' }, /^changeAt: /],
      ['change before the cycle', { changeAt: '2026-10-31' }, /^cycle: .*old cycle/],
      ['change after one cycle', { new: plan('1', '2026-11-01', '2026-11-15') }, /^cycle: .*new cycle/],
      ['empty cycle', { old: plan('1', '2026-11-16', '2026-11-16') }, /^cycle: .*old cycle/],
      ['bad cycle date', { old: plan('1', '2026-11-1') }, /^old\.cycle\.start: /],
      ['price as a number', { old: plan(30) }, /^old\.price: /],
      ['negative price', { old: plan('-30') }, /^old\.price: /],
      ['surplus decimals', { new: plan('1.234') }, /^new\.price: .*2 decimals/],
      ['decimals of yen', { currency: 'JPY' }, /^old\.price: .*0 decimals/],
      ['exponent', { creditCap: '1e2' }, /^creditCap: /],
      ['missing member', { new: undefined }, /^new: /],
    ];
    const input = bad.map(([what, change]) => ({ ...good, ...change, id: what }));
    const { lines, status, stderr } = prorate(jsonLines([...input, good]));
    bad.forEach(([what, , pattern], i) => {
      const { id, error, ...rest } = JSON.parse(lines[i]!) as { id: string; error: string };
      assert.deepEqual([id, rest], [what, {}]);
      assert.match(error, pattern, what);
    });
    assert.deepEqual(
      [lines.at(-1), lines.length, status, stderr],
      [`{"id":"a",${answer}}`, bad.length + 1, 1, ''],
    );
  });

  it('answers null for an id that cannot be read', () => {
    const unreadable = [
      '{',
      'nonsense',
      '[]',
      '"text"',
      'null',
      '{}',
      JSON.stringify({ ...good, id: { a: 1 } }),
    ];
    const notUtf8 = Buffer.from([0x7b, 0xff, 0x7d, 0x0a]);
    const { lines, status } = prorate(Buffer.concat([Buffer.from(`${unreadable.join('\n')}\n`), notUtf8]));
    assert.equal(lines.length, unreadable.length + 1);
    for (const line of lines) assert.match(line, /^\{"id":null,"error":"[^"]+"\}$/);
    assert.equal(status, 1);
  });

  it('gives ids back as they came', () => {
    const ids = [
      '"é\u2028🚀"',
      '""',
      '7',
      '1.0',
      '-0',
      '12345678901234567890',
      '1e400',
      'true',
      'false',
      'null',
    ];
    const rest = JSON.stringify({
      ...good,
      id: undefined,
      nested: { id: 9, list: [{ id: 8 }] },
      'a"id":': '"id":5',
    }).slice(1);
    const { lines, status } = prorate(ids.map((id) => `{"id" : ${id} , ${rest}`).join('\n'));
    assert.deepEqual(
      lines,
      ids.map((id) => `{"id":${id},${answer}}`),
    );
    assert.equal(status, 0);
  });

  it('takes a byte order mark, CRLF, blank lines and no newline at the end', () => {
    const line = JSON.stringify(good);
    assert.deepEqual(
      prorate(`\ufeff${line}\r\n\r\n  \n\n${line}`).lines,
      Array(2).fill(`{"id":"a",${answer}}`),
    );
    assert.deepEqual(prorate(''), { lines: [], status: 0, stderr: '' });
  });

  const rows: [string, object, object][] = [
    [
      'the local date of an instant',
      { changeAt: '2026-11-15T23:30:00Z', timeZone: 'Europe/Berlin' },
      { net: '10.00' },
    ],
    ['an instant with an offset', { changeAt: '2026-11-16T00:30:00+02:00' }, { creditDays: [16, 30] }],
    ['no days at the end', { changeAt: '2026-12-01' }, { credit: '0.00', net: '0.00', chargeDays: [0, 30] }],
    ['whole yen', { currency: 'JPY', old: plan('1000'), new: plan('777') }, { charge: '389', net: '-111' }],
    ['three decimals', { currency: 'KWD' }, { credit: '15.000', net: '10.000' }],
    ['the cap on the credit only', { creditCap: '0' }, { credit: '0.00', charge: '25.00', net: '25.00' }],
    ['unknown members', { surprise: [1] }, { net: '10.00' }],
  ];
  it('reads dates, zones, currencies and the cap as documented', () => {
    const { lines, status } = prorate(jsonLines(rows.map(([, change]) => ({ ...good, ...change }))));
    const found = lines.map((line) => JSON.parse(line) as object);
    assert.deepEqual(
      found,
      rows.map(([, , expected], i) => ({ ...found[i], ...expected })),
    );
    assert.equal(status, 0);
  });

  it('answers a line before the next one comes', async () => {
    const child = spawn(process.execPath, command, { cwd: root });
    const answers = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
    for (const id of [1, 2]) {
      child.stdin.write(jsonLines([{ ...good, id }]));
      assert.equal((await answers.next()).value, `{"id":${id},${answer}}`);
    }
    const exit = once(child, 'exit');
    child.stdin.end();
    assert.deepEqual(await exit, [0, null]);
  });
});

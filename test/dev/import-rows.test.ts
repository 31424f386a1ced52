import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { ImportError } from '../../dev/import/import-error.ts';
import { NEEDED_COLUMNS, parseChurnRow, RowRefused } from '../../dev/import/churn-row.ts';
import { readRows, type FileRow } from '../../dev/import/read-rows.ts';

const good = {
  customerID: '7590-VHVEG',
  gender: 'Female',
  tenure: '1',
  PhoneService: 'No',
  MultipleLines: 'No phone service',
  InternetService: 'DSL',
  OnlineSecurity: 'No',
  OnlineBackup: 'Yes',
  DeviceProtection: 'No',
  TechSupport: 'No',
  StreamingTV: 'No',
  StreamingMovies: 'No',
  Contract: 'Month-to-month',
  MonthlyCharges: '29.85',
  TotalCharges: '',
};

describe('parseChurnRow', () => {
  it('takes a row, whatever is in the columns it does not need', () => {
    assert.deepEqual(parseChurnRow(good), {
      accountNumber: '7590-VHVEG',
      accountKey: '7590VHVEG',
      gender: 'Female',
      tenureMonths: 1,
      internet: 'DSL',
      phone: false,
      multipleLines: false,
      addOns: 1,
      contract: 'Month-to-month',
      monthlyChargeMinor: 2985n,
      planCode: 'dsl-internet',
    });
  });

  for (const [charge, minor] of [
    ['20', 2000n],
    ['20.5', 2050n],
    ['0', 0n],
    ['118.75', 11875n],
  ] as const) {
    it(`reads the charge ${charge} to the cent`, () => {
      assert.equal(parseChurnRow({ ...good, MonthlyCharges: charge }).monthlyChargeMinor, minor);
    });
  }

  const refused: [Partial<typeof good>, RegExp][] = [
    [{ customerID: '' }, /^customerID is missing$/],
    [{ customerID: '   ' }, /^customerID is missing$/],
    [{ customerID: '---' }, /customerID "---" is not made of/],
    [{ customerID: "1'; DROP TABLE customers" }, /is not made of letters/],
    [{ customerID: 'a\u0000b' }, /is not made of letters/],
    [{ customerID: 'x'.repeat(41) }, /longer than 40/],
    [{ gender: 'X' }, /gender "X" is not one of Female, Male/],
    [{ tenure: '' }, /tenure "" is not a whole number/],
    [{ tenure: '-1' }, /tenure "-1"/],
    [{ tenure: '1.5' }, /tenure "1.5"/],
    [{ MonthlyCharges: '' }, /MonthlyCharges "" is not a decimal/],
    [{ MonthlyCharges: '12,50' }, /is not a decimal/],
    [{ MonthlyCharges: '-1' }, /is not a decimal/],
    [{ MonthlyCharges: '1e3' }, /is not a decimal/],
    [{ MonthlyCharges: '1.005' }, /is not a decimal/],
    [{ MonthlyCharges: 'NaN' }, /is not a decimal/],
    [{ MonthlyCharges: '٢٩' }, /is not a decimal/],
    [{ MonthlyCharges: '9'.repeat(100_000) }, /^.{0,200}$/],
    [{ InternetService: 'Cable' }, /InternetService "Cable" is not one of DSL, Fiber optic, No/],
    [{ PhoneService: 'yes' }, /PhoneService "yes" is not one of/],
    [{ StreamingTV: 'Maybe' }, /StreamingTV "Maybe"/],
    [{ Contract: 'Ten year' }, /Contract "Ten year"/],
    [{ InternetService: 'No', PhoneService: 'Yes' }, /add-ons that need it/],
    [{ MultipleLines: 'Yes' }, /PhoneService is "No", yet MultipleLines is "Yes"/],
    [
      { InternetService: 'No', OnlineBackup: 'No internet service' },
      /no plan .* covers PhoneService "No" with InternetService "No"/,
    ],
    [{ InternetService: 'Fiber optic' }, /no plan .* covers/],
    [{ tenure: 'x', Contract: 'y' }, /^tenure .*; Contract /],
  ];
  for (const [change, reason] of refused) {
    it(`refuses ${JSON.stringify(change).slice(0, 80)}`, () => {
      assert.throws(
        () => parseChurnRow({ ...good, ...change }),
        (error) => error instanceof RowRefused && reason.test(error.message),
      );
    });
  }

  it('refuses a row without its columns', () => {
    assert.throws(() => parseChurnRow({}), RowRefused);
    assert.throws(
      () => parseChurnRow(JSON.parse('{"__proto__":{"customerID":"1"}}') as Record<string, string>),
      RowRefused,
    );
  });
});

async function all(rows: AsyncIterable<FileRow>): Promise<FileRow[]> {
  const list: FileRow[] = [];
  for await (const row of rows) list.push(row);
  return list;
}

describe('readRows', () => {
  let folder: string;
  before(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'plan-change-rows-'));
  });
  after(() => rm(folder, { recursive: true }));

  const header = NEEDED_COLUMNS.join(',');
  const line = (id: string): string => [id, ...NEEDED_COLUMNS.slice(1).map(() => 'x')].join(',');

  async function rowsOf(content: string | Buffer): Promise<FileRow[]> {
    const file = path.join(folder, 'rows.csv');
    await writeFile(file, content);
    return all(readRows(file));
  }
  const brief = (rows: readonly FileRow[]) =>
    rows.map((row) => [row.line, 'record' in row ? row.record['customerID'] : row.problem]);

  it('numbers lines as an editor does, empty ones and both line endings counted', async () => {
    const content = [
      `\uFEFF${header}\r\n`,
      `${line('a')}\n`,
      '\r\n',
      '\n',
      `${line('b')}\r\n`,
      line('"c"'),
    ].join('');
    assert.deepEqual(brief(await rowsOf(content)), [
      [2, 'a'],
      [5, 'b'],
      [6, 'c'],
    ]);
  });

  it('loses one line to a bad quote, a wrong number of columns or endless text, not the rest', async () => {
    const content = [
      header,
      `"${line('a')}`,
      line('b"x"'),
      'only,three,columns',
      'x'.repeat(200_000),
      line('z'),
    ];
    assert.deepEqual(brief(await rowsOf(content.join('\n'))), [
      [2, 'has a quote that is not closed or in the wrong place'],
      [3, 'has a quote that is not closed or in the wrong place'],
      [4, `has 3 columns, the header has ${NEEDED_COLUMNS.length}`],
      [5, 'is longer than 65536 characters'],
      [6, 'z'],
    ]);
  });

  it('reads lines and characters that lie across two chunks', async () => {
    const ids = Array.from({ length: 3000 }, (_, at) => `é€😀-${at}`);
    for (const ending of ['\n', '\r\n']) {
      const rows = await rowsOf([header, ...ids.map(line)].join(ending));
      assert.deepEqual(
        brief(rows),
        ids.map((id, at) => [at + 2, id]),
      );
    }
  });

  it('accepts the columns in another order, and more of them', async () => {
    const [first, ...others] = NEEDED_COLUMNS;
    const rows = await rowsOf(
      [['more', ...others, first].join(','), ['m', ...others, 'id'].join(',')].join('\n'),
    );
    assert.deepEqual(brief(rows), [[2, 'id']]);
  });

  const unusable: [string, string | Buffer, RegExp][] = [
    ['an empty file', '', /must be the header .* and it is not\.$/],
    ['a file that begins with a row', line('7590-VHVEG'), /must be the header/],
    ['a header that lacks a column', header.replace('tenure,', ''), /lacks the column tenure\.$/],
    ['bytes that are no text', Buffer.alloc(200_000, 0x00), /must be the header/],
    ['bytes that are no UTF-8', Buffer.alloc(1_000, 0xff), /must be the header/],
  ];
  for (const [what, content, sentence] of unusable) {
    it(`says in one sentence what is wrong with ${what}`, async () => {
      await assert.rejects(
        rowsOf(content),
        (error) => error instanceof ImportError && sentence.test(error.message),
      );
    });
  }

  it('says which file is missing, or is a folder', async () => {
    await assert.rejects(all(readRows(path.join(folder, 'none.csv'))), /There is no file .*none\.csv\.$/);
    await assert.rejects(all(readRows(folder)), /is a folder/);
  });
});

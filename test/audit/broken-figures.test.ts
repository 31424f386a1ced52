import assert from 'node:assert/strict';
import { checkBroken, itFinds, type Breakage } from './broken-system.ts';
import { sharedScenario, useScenario, type ScenarioChanges } from './scenario.ts';

const CREDIT = 0;
const CHARGE = 1;

const quote = (id: string, sql: string, revision = 1) =>
  `UPDATE quotes SET ${sql} WHERE plan_change_id = '${id}' AND revision = ${revision};`;
const change = (id: string, sql: string) => `UPDATE plan_changes SET ${sql} WHERE id = '${id}';`;
const member = (line: number, name: string, value: string) =>
  `lines = jsonb_set(lines, '{${line},${name}}', to_jsonb(${value}))`;
const number = (line: number, name: string) => `(lines->${line}->>'${name}')::bigint`;
/** The amount of a line, with the net and what follows from it, as the program would have written them. */
const amount = (id: string, line: number, to: string, revision = 1) =>
  `WITH altered AS (SELECT plan_change_id, revision, ${member(line, 'amountMinor', `(${to})::text`).replace('lines = ', '')} AS lines
     FROM quotes WHERE plan_change_id = '${id}' AND revision = ${revision})
   UPDATE quotes q SET lines = a.lines, net_minor = net, due_now_minor = greatest(net, 0), to_balance_minor = greatest(-net, 0)
   FROM altered a, LATERAL (SELECT sum((l->>'amountMinor')::bigint) AS net FROM jsonb_array_elements(a.lines) l) AS sum
   WHERE (q.plan_change_id, q.revision) = (a.plan_change_id, a.revision);`;
const other = (line: number, by: number) => `${number(line, 'amountMinor')} + ${by}`;

const altered = (what: string, sql: (changes: ScenarioChanges) => string, finds: RegExp): Breakage => ({
  check: 'I4',
  what,
  sql,
  finds,
});

const CHANGES = ['downgraded', 'dated', 'failed', 'waiting', 'reverted'] as const;

describe('audit of figures that do not follow from the plans and the days', () => {
  useScenario();

  itFinds([
    altered(
      'a credit of half',
      ({ upgraded }) => amount(upgraded, CREDIT, `${number(CREDIT, 'amountMinor')} / 2`),
      /^the credit of quote 1 is -\d+, price × R\/D/,
    ),
    ...CHANGES.flatMap((name) =>
      ([-1, 1] as const).flatMap((by) => [
        altered(
          `a credit of ${by} (${name})`,
          (changes) =>
            amount(changes[name], CREDIT, other(CREDIT, by), 1) +
            amount(changes[name], CREDIT, other(CREDIT, by), 2),
          /^the credit of quote [12] is -?\d+, price × R\/D/,
        ),
        altered(
          `a charge of ${by} (${name})`,
          (changes) =>
            amount(changes[name], CHARGE, other(CHARGE, by), 1) +
            amount(changes[name], CHARGE, other(CHARGE, by), 2),
          /^the charge of quote [12] is -?\d+, price × R\/D/,
        ),
      ]),
    ),
    altered(
      'a credit of a quote that was superseded',
      ({ downgraded }) => amount(downgraded, CREDIT, other(CREDIT, 1), 1),
      /^the credit of quote 1 is -\d+, price × R\/D/,
    ),
    altered(
      'a credit of more than was billed',
      ({ reverted }) =>
        `UPDATE charges SET amount_minor = amount_minor - 1 WHERE kind = 'charge'
          AND plan_change_id = (SELECT reverts_id FROM plan_changes WHERE id = '${reverted}');`,
      /^the credit of quote 1 is -\d+, price × R\/D or less if less was billed/,
    ),
    altered(
      'no credit at all',
      ({ upgraded }) => quote(upgraded, `lines = lines - 0`),
      /^quote 1 is not one credit, one charge and one fee$/,
    ),
    altered(
      'a second charge',
      ({ upgraded }) => quote(upgraded, `lines = lines || jsonb_build_array(lines->1)`),
      /^quote 1 is not one credit, one charge and one fee$/,
    ),
    ...([CREDIT, CHARGE] as const).flatMap((line) => {
      const finds = new RegExp(
        `^the days of the ${line === CREDIT ? 'credit' : 'charge'} of quote 1 are not from its date`,
      );
      return [
        altered(
          `a day less of line ${line + 1}`,
          ({ upgraded }) => quote(upgraded, member(line, 'days', `${number(line, 'days')} - 1`)),
          finds,
        ),
        altered(
          `a cycle of a day more, of line ${line + 1}`,
          ({ upgraded }) => quote(upgraded, member(line, 'ofDays', `${number(line, 'ofDays')} + 1`)),
          finds,
        ),
        altered(
          `a year where a month is billed, of line ${line + 1}`,
          ({ upgraded }) => quote(upgraded, member(line, 'ofDays', `365`)),
          finds,
        ),
        altered(
          `another beginning of line ${line + 1}`,
          ({ upgraded }) =>
            quote(upgraded, member(line, 'start', `((lines->${line}->>'start')::date - 1)::text`)),
          finds,
        ),
      ];
    }),
    altered(
      'a next bill on another day',
      ({ upgraded }) => quote(upgraded, `next_bill_date = next_bill_date + 1`),
      /^the next bill of quote 1 is not at the end of its cycle$/,
    ),
    ...['from_price_minor = from_price_minor + 1', 'from_plan_version = from_plan_version + 1'].flatMap(
      (sql) => [
        altered(
          `another plan before a change with nothing left to credit: ${sql}`,
          ({ dated }) => change(dated, sql),
          /^the plan, version, price or time that it changed from is not that of the period which it ended$/,
        ),
        altered(
          `another plan before a change that waits for its date: ${sql}`,
          ({ scheduled }) => change(scheduled, sql),
          /^quote 1 is not from the plan and price, to the plan and price, of the change$/,
        ),
      ],
    ),
    altered(
      'another plan as the one before',
      ({ upgraded }) => change(upgraded, `from_plan_code = 'phone-basic'`),
      /^the plan, version, price or time that it changed from/,
    ),
    altered(
      'another time as the beginning of the plan before',
      ({ upgraded }) => change(upgraded, `from_valid_from = from_valid_from - interval '1 microsecond'`),
      /^the plan, version, price or time that it changed from/,
    ),
    altered(
      'another price of the plan before in the account itself',
      ({ upgraded }) => `UPDATE subscription_periods SET price_minor = price_minor - 1
        WHERE plan_change_id IS NULL AND subscription_id = (SELECT subscription_id FROM plan_changes WHERE id = '${upgraded}')`,
      /^the plan, version, price or time that it changed from/,
    ),
  ]);

  for (const [what, lines] of [
    ['no list', `'{}'`],
    [
      'no figures',
      `jsonb_build_array(jsonb_build_object('kind', 'credit'), jsonb_build_object('kind', 'charge'))`,
    ],
    [
      'dates that are none',
      `jsonb_set(jsonb_set(lines, '{0,start}', '"2026-02-31"'), '{1,end}', '"infinity"')`,
    ],
    [
      'figures without end',
      `jsonb_set(jsonb_set(lines, '{0,ofDays}', '99999'), '{1,amountMinor}', '"999999999999999999"')`,
    ],
  ] as const) {
    it(`I4 finds lines with ${what}, and looks at the rest`, async () => {
      const sql = ({ waiting, upgraded }: ScenarioChanges): string =>
        // As it may stand there from before the database refused it.
        'ALTER TABLE quotes DROP CONSTRAINT quotes_readable_parts;' +
        quote(waiting, `lines = ${lines}`) +
        amount(upgraded, CREDIT, other(CREDIT, 1));
      const { findings, failure } = await checkBroken({ check: 'I4', sql });
      assert.equal(failure, null);
      const { changes } = await sharedScenario();
      for (const id of [changes.waiting, changes.upgraded])
        assert.ok(findings.some(({ planChangeId }) => planChangeId === id));
    });
  }

  it('a bill day that was corrected since is no finding: the cycles are counted', async () => {
    const report = await checkBroken({
      check: 'I4',
      sql: ({ upgraded, dated }) => `UPDATE subscriptions SET anchor_date = anchor_date + 1
        WHERE id IN (SELECT subscription_id FROM plan_changes WHERE id IN ('${upgraded}', '${dated}'))`,
    });
    assert.deepEqual([report.failure, report.findings], [null, []]);
    assert.deepEqual(report.unchecked, [
      { what: 'cycles of quotes by another bill day than the account has today', n: 2 },
    ]);
  });

  it('superseded quotes from before their prices were kept are counted', async () => {
    const report = await checkBroken({ check: 'I4', sql: () => 'UPDATE quotes SET basis = NULL' });
    assert.deepEqual([report.failure, report.findings], [null, []]);
    assert.deepEqual(report.unchecked, [
      { what: 'figures of superseded quotes from before their prices were kept', n: 1 },
    ]);
  });
});

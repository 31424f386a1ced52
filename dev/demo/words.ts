import type { Identification, PlanChange } from './api-client.ts';

type Money = PlanChange['from']['price'];
type Quote = NonNullable<PlanChange['quote']>;

export function money({ amount, currency }: Money): string {
  return `${amount} ${currency}`;
}

/** "data: 120 of 300 GB, texts: 515 of unlimited messages". */
export function usageOf(usage: Identification['usage']): string {
  if (usage.length === 0) return 'nothing on record';
  return usage
    .map(
      ({ metric, used, allowance, unit }) =>
        `${metric.replaceAll('_', ' ')}: ${used} of ${allowance ?? 'unlimited'} ${unit}`,
    )
    .join(', ');
}

/** The figures of a quote, one line each, amounts to the right. */
export function figuresOf({ lines, net, dueNow, toBalance, nextBill }: Quote): string[] {
  const rows: [string, string][] = [
    ...lines.map(({ kind, description, days, ofDays, amount }): [string, string] => [
      kind === 'fee' ? description : `${description}, ${days} of ${ofDays} days`,
      money(amount),
    ]),
    ['Net', money(net)],
    ['Due now', money(dueNow)],
    ['To the account balance', money(toBalance)],
    [`Next bill, ${nextBill.date}`, money(nextBill.amount)],
  ];
  const [names, amounts] = [0, 1].map((column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  return rows.map(([name, amount]) => `${name.padEnd(names ?? 0)}  ${amount.padStart(amounts ?? 0)}`);
}

import { Temporal } from 'temporal-polyfill/implementation';

/**
 * The first day of an account: on its bill day, `tenureMonths` before `notAfter` or up to two months earlier.
 * Bill days 29 to 31 go back to a month that has them: the anchor must be a real date, and 31 must stay 31.
 * @param options.billDay 1 to 31
 * @param options.notAfter 'YYYY-MM-DD'
 */
export function anchorDateOf(options: { billDay: number; notAfter: string; tenureMonths: number }): string {
  const latest = Temporal.PlainDate.from(options.notAfter).subtract({ months: options.tenureMonths });
  let month = latest.toPlainYearMonth();
  while (
    month.daysInMonth < options.billDay ||
    (month.equals(latest.toPlainYearMonth()) && options.billDay > latest.day)
  ) {
    month = month.subtract({ months: 1 });
  }
  return month.toPlainDate({ day: options.billDay }).toString();
}

import { startOfLocalDate } from '../../../domain/calendar.ts';
import { DomainError } from '../../../domain/domain-error.ts';
import type { Check, CheckContext, Finding } from '../check.ts';
import { applyRules, finding } from '../check.ts';

/** Both instants are workflow time; the period's start is the database's copy of the first. */
const NOT_BEFORE_ITS_DATE = `
  SELECT pc.id, pc.customer_id, CASE
    WHEN pc.applied_at < pc.activate_at THEN 'applied before the start of its date'
    WHEN lower(p.valid) < pc.activate_at THEN 'the new plan is in force before the start of its date' END
  FROM plan_changes pc LEFT JOIN subscription_periods p ON p.plan_change_id = pc.id
  WHERE pc.applied_at IS NOT NULL AND pc.activate_at IS NOT NULL`;

const LATE = `
  SELECT count(*)::int AS late FROM plan_changes WHERE applied_at > activate_at + interval '60 seconds'`;

interface DatedQuote {
  readonly plan_change_id: string;
  readonly customer_id: string;
  readonly revision: number;
  readonly effective_date: string;
  readonly time_zone: string;
  /** The zone is that of today: the quote is from before it was kept. */
  readonly zone_unkept: boolean;
  readonly activate_at: Date;
}

/** A customer who moved has another zone today: the date is one of the zone in which it was quoted. */
const DATED_QUOTES = `
  SELECT q.plan_change_id, pc.customer_id, q.revision, q.effective_date::text, coalesce(q.customer->>'timeZone', c.time_zone) AS time_zone,
    q.customer IS NULL AS zone_unkept, q.activate_at
  FROM quotes q JOIN plan_changes pc ON pc.id = q.plan_change_id JOIN customers c ON c.id = pc.customer_id
  WHERE q.activate_at IS NOT NULL`;

export const activationTime: Check = {
  id: 'I6',
  title: 'no activation before the start of its local date',
  run: async (context) => {
    const findings = await applyRules(context, 'I6', [{ sql: NOT_BEFORE_ITS_DATE }]);
    const [applied] = await context.query<{ late: number }>(LATE);
    // Whether everything was up at the time, the data cannot tell: a number, no finding. What is due now: I19.
    context.counted('applied more than 60 s after the start of their date', applied?.late ?? 0);
    return [...findings, ...(await datesInTheirZones(context))];
  },
};

/** Epoch milliseconds; undefined where the date or the zone is none. */
function startOf({ effective_date: date, time_zone: zone }: DatedQuote): number | undefined {
  try {
    return Date.parse(startOfLocalDate(date, zone));
  } catch (error) {
    if (error instanceof DomainError) return undefined;
    throw error;
  }
}

async function datesInTheirZones(context: CheckContext): Promise<Finding[]> {
  const quotes = await context.query<DatedQuote>(DATED_QUOTES);
  const wrong = quotes.filter((quote) => startOf(quote) !== Number(quote.activate_at));
  const unkept = wrong.filter((quote) => quote.zone_unkept);
  context.looked(quotes.length - unkept.length);
  context.unchecked('dates of quotes from before the zone was kept', unkept.length);
  return wrong
    .filter((quote) => !quote.zone_unkept)
    .map((quote) =>
      finding(
        'I6',
        `the instant of quote ${quote.revision} is not the start of its date in the zone in which it was quoted`,
        quote,
      ),
    );
}

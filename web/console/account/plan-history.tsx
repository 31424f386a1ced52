import { Link } from '../app/link.tsx';
import { Price } from '../components/amount.tsx';
import { instantText } from '../components/format.ts';
import { Card } from '../components/screen.tsx';
import { monthly, type PlanPeriod } from './plan-periods.ts';

const STEP = 60;
const HEIGHT = 64;
const MARGIN = 6;
/** What the plot has room for; the list has all. */
const SHOWN = 12;

/** The plans of the account over time: a step for each, its height the price; the words stand beside it. */
export function PlanHistory(props: {
  readonly periods: readonly PlanPeriod[];
  readonly timeZone: string | undefined;
}) {
  const { periods, timeZone } = props;
  return (
    <Card title="Plan history" class="plan-history">
      <div class="plan-history-parts">
        <StepPlot periods={periods.slice(-SHOWN)} />
        <ol class="periods">
          {periods.toReversed().map((period) => (
            <li key={period.planChangeId ?? 'first'}>
              <span class="period-plan">{period.planName}</span>
              <Price money={period.price} interval={period.interval} />
              <span class="period-time">
                {timeText(period, timeZone)}
                {period.planChangeId !== null && (
                  <>
                    {' · '}
                    <Link to={`/changes/${period.planChangeId}`}>
                      change <span class="mono">{period.planChangeId.slice(0, 8)}</span>
                    </Link>
                  </>
                )}
              </span>
            </li>
          ))}
        </ol>
      </div>
    </Card>
  );
}

function StepPlot({ periods }: { readonly periods: readonly PlanPeriod[] }) {
  const prices = periods.map(monthly);
  const most = Math.max(1, ...prices);
  const running = periods.findLastIndex(({ isPlanned }) => !isPlanned);
  const y = (price: number): number => HEIGHT - MARGIN - ((HEIGHT - 2 * MARGIN) * price) / most;
  return (
    <svg
      class="step-plot"
      viewBox={`0 0 ${periods.length * STEP} ${HEIGHT}`}
      preserveAspectRatio="none"
      role="img"
      aria-label={`Price a month, plan after plan: ${periods.map(({ planName }) => planName).join(', then ')}`}
    >
      {periods.map((period, index) => {
        const at = y(prices[index] ?? 0);
        const [left, right] = [index * STEP, (index + 1) * STEP];
        const before = prices[index - 1];
        const look = period.isPlanned ? 'planned' : index === running ? 'now' : '';
        return (
          <g key={period.planChangeId ?? 'first'} class={look}>
            <title>{period.planName}</title>
            <path class="step-ground" d={`M${left} ${HEIGHT}V${at}H${right}V${HEIGHT}Z`} />
            <path class="step-line" d={`M${left} ${before === undefined ? at : y(before)}V${at}H${right}`} />
          </g>
        );
      })}
    </svg>
  );
}

function timeText({ from, until, isPlanned }: PlanPeriod, timeZone: string | undefined): string {
  const text = (instant: string): string => instantText(instant, timeZone);
  if (isPlanned && from !== null) return `planned from ${text(from)}`;
  if (from === null) return until === null ? 'now' : `until ${text(until)}`;
  return until === null ? `since ${text(from)}` : `${text(from)} to ${text(until)}`;
}

import type { WorkSummary } from '../api/types.ts';

type Hour = WorkSummary['hours'][number];

const STEP = 10;
const BAR = 3.5;
const HEIGHT = 60;
/** A tick under every sixth hour, counted back from the running one. */
const TICK_EVERY = 6;

/** Changes opened and applied in each of the last 24 hours; clock times are the agent's. */
export function HoursPlot(props: { readonly hours: readonly Hour[] }) {
  const { hours } = props;
  const most = Math.max(1, ...hours.flatMap(({ opened, applied }) => [opened, applied]));
  const total = (of: 'opened' | 'applied'): number => hours.reduce((sum, hour) => sum + hour[of], 0);
  const height = (count: number): number => (HEIGHT * count) / most;
  return (
    <figure class="hours-plot">
      <figcaption class="legend">
        <span class="legend-opened">{total('opened')} opened</span>
        <span class="legend-applied">{total('applied')} applied</span>
        <span class="legend-most">peak {most}</span>
      </figcaption>
      <svg
        viewBox={`0 0 ${hours.length * STEP} ${HEIGHT}`}
        preserveAspectRatio="none"
        role="img"
        aria-label={spoken(hours)}
      >
        {hours.map(({ start, opened, applied }, index) => (
          <g key={start}>
            <title>{`${hourText(start)}: ${opened} opened, ${applied} applied`}</title>
            <rect class="bar-track" x={index * STEP + 1} y={HEIGHT - 1} width={STEP - 2} height="1" />
            <rect
              class="bar opened"
              x={index * STEP + 1}
              y={HEIGHT - height(opened)}
              width={BAR}
              height={height(opened)}
            />
            <rect
              class="bar"
              x={index * STEP + 1.5 + BAR}
              y={HEIGHT - height(applied)}
              width={BAR}
              height={height(applied)}
            />
          </g>
        ))}
      </svg>
      <div class="hours-ticks" aria-hidden="true">
        {hours
          .filter((_, index) => (hours.length - index) % TICK_EVERY === 0)
          .map(({ start }) => (
            <span key={start}>{hourText(start)}</span>
          ))}
      </div>
    </figure>
  );
}

function spoken(hours: readonly Hour[]): string {
  const said = hours
    .filter(({ opened, applied }) => opened + applied > 0)
    .map(({ start, opened, applied }) => `${hourText(start)}: ${opened} opened, ${applied} applied`);
  return said.length === 0 ? 'No changes in the last 24 hours' : said.join('; ');
}

function hourText(start: string): string {
  return new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit' }).format(new Date(start));
}

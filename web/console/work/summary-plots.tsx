import type { WorkSummary } from '../api/types.ts';
import { BarRows } from '../components/bar-rows.tsx';
import { Card } from '../components/screen.tsx';
import { HoursPlot } from './hours-plot.tsx';
import { durationText } from './time-words.ts';

type Group = WorkSummary['waiting'][number];

/** How the last hours went, from the summary; empty frames of the same size until it is there. */
export function SummaryPlots(props: { readonly summary: WorkSummary | undefined }) {
  const { summary } = props;
  return (
    <div class="plots">
      <Card title="Changes an hour, last 24 hours">
        {summary ? <HoursPlot hours={summary.hours} /> : <div class="plot-space" />}
      </Card>
      <Card title="Waiting for consent now">
        {summary ? <BarRows rows={rowsOf(summary.waiting)} /> : <div class="plot-space" />}
      </Card>
      <Card title={`Time to consent, ${summary?.toConsent.days ?? 7} days`}>
        {summary ? (
          <>
            <BarRows rows={rowsOf(summary.toConsent.groups)} />
            <p class="hint">
              {summary.toConsent.medianSeconds === null
                ? 'No consent in this time.'
                : `Half of the customers agreed within ${durationText(Math.max(60, summary.toConsent.medianSeconds))}.`}
            </p>
          </>
        ) : (
          <div class="plot-space" />
        )}
      </Card>
    </div>
  );
}

function rowsOf(groups: readonly Group[]) {
  return groups.map(({ underMinutes, count }, index) => ({
    label:
      underMinutes === null
        ? `over ${durationText((groups[index - 1]?.underMinutes ?? 0) * 60)}`
        : `under ${durationText(underMinutes * 60)}`,
    count,
  }));
}

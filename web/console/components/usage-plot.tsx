import type { Usage } from '../api/types.ts';
import { numberText } from './format.ts';

const NAMES: Readonly<Record<string, string>> = {
  data: 'Data',
  voice: 'Calls',
  texts: 'Messages',
  lines: 'Phone lines',
  add_ons: 'Add-ons',
};
const WIDTH = 200;

/** What is used of each allowance, as bars; the figures stand beside them. */
export function UsagePlot(props: { readonly usage: readonly Usage[] }) {
  if (props.usage.length === 0) return <p class="hint">No usage is on record for this cycle.</p>;
  return (
    <dl class="usage">
      {props.usage.map((usage) => (
        <div key={usage.metric} class="usage-row">
          <dt>{NAMES[usage.metric] ?? usage.metric}</dt>
          <dd>
            <span class="usage-figures">
              {numberText(usage.used)}
              <span class="usage-of">
                {usage.allowance === null ? ' · unlimited' : ` of ${numberText(usage.allowance)}`}
                {unitOf(usage)}
              </span>
            </span>
            <Bar {...usage} />
          </dd>
        </div>
      ))}
    </dl>
  );
}

function Bar({ used, allowance }: Usage) {
  const share = allowance === null || allowance === 0 ? 0 : Math.min(1, used / allowance);
  const tone = share >= 1 ? 'full' : share >= 0.85 ? 'near' : '';
  return (
    <svg class="usage-bar" viewBox={`0 0 ${WIDTH} 6`} preserveAspectRatio="none" aria-hidden="true">
      <rect class={`usage-track${allowance === null ? ' unlimited' : ''}`} width={WIDTH} height="6" />
      {allowance !== null && <rect class={`usage-used ${tone}`} width={WIDTH * share} height="6" />}
    </svg>
  );
}

/** Counts of lines and add-ons say what they are by their name. */
function unitOf({ metric, unit }: Usage): string {
  return metric === 'data' || metric === 'voice' ? ` ${unit}` : '';
}

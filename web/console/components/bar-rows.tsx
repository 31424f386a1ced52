const WIDTH = 100;

export interface BarRow {
  readonly label: string;
  readonly count: number;
}

/** How many there are of each group, as bars; the figures stand beside them. */
export function BarRows(props: { readonly rows: readonly BarRow[] }) {
  const most = Math.max(1, ...props.rows.map(({ count }) => count));
  return (
    <dl class="bar-rows">
      {props.rows.map(({ label, count }) => (
        <div key={label}>
          <dt>{label}</dt>
          <dd>
            <svg viewBox={`0 0 ${WIDTH} 10`} preserveAspectRatio="none" aria-hidden="true">
              <rect class="bar-track" width={WIDTH} height="10" />
              <rect class="bar" width={(WIDTH * count) / most} height="10" />
            </svg>
            <span class="bar-count">{count}</span>
          </dd>
        </div>
      ))}
    </dl>
  );
}

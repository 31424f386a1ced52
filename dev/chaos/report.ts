import type { FamilyResult } from './family.ts';

const SHOWN = 25;

/** At 95 %, nothing in n bounds the rate by 3/n. `n` is what was done, whatever was asked for. */
export function formatResults(results: readonly FamilyResult[]): string {
  const rows = results.map(({ family, n, unit, faults, violations, p99RecoveryMs, slowestMs }) => [
    family,
    `${n} ${unit}`,
    String(faults),
    String(violations.length),
    violations.length === 0 && n > 0 ? (3 / n).toPrecision(2) : '-',
    p99RecoveryMs === null ? '-' : `${(p99RecoveryMs / 1_000).toFixed(1)} s`,
    slowestMs === 0 ? '-' : `${(slowestMs / 1_000).toFixed(1)} s`,
  ]);
  const found = results.flatMap(({ family, violations }) => [
    ...violations
      .slice(0, SHOWN)
      .map(
        ({ check, what, planChangeId }) =>
          `${family}: ${check}: ${what}${planChangeId === undefined ? '' : ` (change ${planChangeId})`}`,
      ),
    ...(violations.length > SHOWN ? [`${family}: and ${violations.length - SHOWN} more`] : []),
  ]);
  const details = results.map(
    ({ family, details: all }) =>
      `  ${family}: ${Object.entries(all)
        .map(([name, value]) => `${name} ${value}`)
        .join(', ')}`,
  );
  const undone = results.flatMap(({ family, undone: all = [] }) => all.map((what) => `${family}: ${what}`));
  return [
    table([['family', 'n', 'faults', 'violations', '3/n bound', 'p99 recovery', 'slowest request'], ...rows]),
    details.join('\n'),
    ...(undone.length === 0 ? [] : [`Not done\n${undone.map((line) => `  ${line}`).join('\n')}`]),
    ...(found.length === 0 ? [] : [`Violations\n${found.map((line) => `  ${line}`).join('\n')}`]),
  ].join('\n\n');
}

export function table(rows: readonly (readonly string[])[]): string {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  return rows
    .map((row) =>
      row
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

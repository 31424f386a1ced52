import { writeFile } from 'node:fs/promises';
import type { AuditReport, CheckReport } from './audit.ts';
import { SOURCES, type Finding, type Source } from './check.ts';

/** More of one check say nothing new; the JSON report has them all. */
const SHOWN_FINDINGS = 20;

export function findingsOf(report: AuditReport): Finding[] {
  return report.checks.flatMap(({ findings }) => findings);
}

/** What the audit did not compare with, in order, `granted` left out. */
export function notLookedAt({ checks }: AuditReport, granted: readonly Source[]): Source[] {
  return SOURCES.filter(
    (source) => !granted.includes(source) && checks.some(({ without }) => without.includes(source)),
  );
}

/** The table of checks, then what was found, then what could not be checked and what was counted. */
export function formatReport(report: AuditReport): string {
  const rows = report.checks.map(({ id, looked, guards, title, ...check }) => [
    id,
    number(looked),
    number(guards),
    outcomeOf(check),
    title,
  ]);
  const findings = report.checks.flatMap(({ findings: all }) => [
    ...all.slice(0, SHOWN_FINDINGS).map(formatFinding),
    ...(all.length > SHOWN_FINDINGS
      ? [`${all[0]?.check ?? ''}  and ${number(all.length - SHOWN_FINDINGS)} more`]
      : []),
  ]);
  const failures = report.checks.flatMap(({ id, failure }) =>
    failure === null ? [] : [`${id}  ${failure}`],
  );
  const unchecked = report.checks.flatMap(({ id, unchecked: all }) =>
    all.map(({ what, n }) => `${id}  ${what} (${number(n)})`),
  );
  const counted = report.checks.flatMap(({ id, counted: all }) =>
    all.map(({ what, n }) => `${id}  ${what}: ${number(n)}`),
  );
  const found = findingsOf(report).length;
  return [
    table([['', 'looked at', 'guards', 'found', 'invariant'], ...rows]),
    section('Found', findings),
    section('Could not run', failures),
    section('Not checked', unchecked),
    section('Counted', counted),
    `${found === 0 ? 'Nothing found' : `${number(found)} found`} in ${(report.milliseconds / 1_000).toFixed(1)} s.`,
  ]
    .filter((part) => part !== '')
    .join('\n\n');
}

/** The whole report as JSON, `findings` beside the checks. Throws as the file system does. */
export async function writeReport(file: string, report: AuditReport): Promise<void> {
  await writeFile(file, `${JSON.stringify({ ...report, findings: findingsOf(report) }, null, 2)}\n`);
}

function outcomeOf({ failure, findings }: Pick<CheckReport, 'failure' | 'findings'>): string {
  return failure === null ? number(findings.length) : 'failed';
}

function formatFinding({ check, what, planChangeId, customerId }: Finding): string {
  const about = [planChangeId && `change ${planChangeId}`, customerId && `customer ${customerId}`].filter(
    Boolean,
  );
  return `${check}  ${what}${about.length === 0 ? '' : ` (${about.join(', ')})`}`;
}

function section(title: string, lines: readonly string[]): string {
  return lines.length === 0 ? '' : [title, ...lines.map((line) => `  ${line}`)].join('\n');
}

/** Columns as wide as their widest cell; those between the first and the last, numbers, to the right. */
function table(rows: readonly (readonly string[])[]): string {
  const widthOf = (column: number): number => Math.max(...rows.map((row) => row[column]?.length ?? 0));
  const padded = (cell: string, column: number, last: number): string => {
    if (column === last) return cell;
    return column === 0 ? cell.padEnd(widthOf(0)) : cell.padStart(widthOf(column));
  };
  return rows
    .map((row) => row.map((cell, column) => padded(cell, column, row.length - 1)).join('  '))
    .join('\n');
}

function number(n: number): string {
  return n.toLocaleString('en-US');
}

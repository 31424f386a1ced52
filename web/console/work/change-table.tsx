import type { PlanChange } from '../api/types.ts';
import { Link } from '../app/link.tsx';
import { Amount } from '../components/amount.tsx';
import { shortDateText } from '../components/format.ts';
import { StatusBadge } from '../components/status-badge.tsx';
import { agoText } from './time-words.ts';
import { whatToDo } from './what-to-do.ts';

/** Changes, one a row. Each row is a link; the arrow keys go from one to the next. */
export function ChangeTable(props: {
  readonly label: string;
  readonly changes: readonly PlanChange[];
  readonly now: number;
}) {
  return (
    <table class="change-table" aria-label={props.label} onKeyDown={walk}>
      <thead>
        <tr>
          <th scope="col">Change</th>
          <th scope="col">Status</th>
          <th scope="col">Takes effect</th>
          <th scope="col" class="number">
            Due
          </th>
          <th scope="col">Opened</th>
          <th scope="col">Workflow</th>
        </tr>
      </thead>
      <tbody>
        {props.changes.map((change) => (
          <Row key={change.planChangeId} change={change} now={props.now} />
        ))}
      </tbody>
    </table>
  );
}

function Row({ change, now }: { readonly change: PlanChange; readonly now: number }) {
  const { planChangeId, from, to, activation, quote, temporal } = change;
  const { state, todo } = whatToDo(change, now);
  return (
    <tr>
      <th scope="row">
        <Link to={`/changes/${planChangeId}`} class="row-link">
          {from.planName} to {to?.planName ?? 'another plan'}
        </Link>
        <code class="row-id">{planChangeId.slice(0, 8)}</code>
      </th>
      <td>
        <StatusBadge status={change.status} />
        {state !== undefined && <span class="row-detail">{state}</span>}
        {todo !== undefined && <span class="row-todo">{todo}</span>}
      </td>
      <td data-label="Takes effect" class="date">
        {activation.date === null ? '–' : shortDateText(activation.date)}
      </td>
      <td data-label="Due" class="number">
        {quote === null ? '–' : <Amount money={quote.dueNow} />}
      </td>
      <td data-label="Opened">
        <time dateTime={change.openedAt}>{agoText(change.openedAt, now)}</time>
      </td>
      <td>
        <a class="row-other" href={temporal.url} target="_blank" rel="noreferrer">
          Temporal<span class="visually-hidden"> UI: workflow of {planChangeId.slice(0, 8)}</span>
        </a>
      </td>
    </tr>
  );
}

function walk(event: KeyboardEvent & { readonly currentTarget: HTMLElement }): void {
  const step = event.key === 'ArrowDown' ? 1 : event.key === 'ArrowUp' ? -1 : 0;
  if (step === 0) return;
  const links = [...event.currentTarget.querySelectorAll<HTMLElement>('.row-link')];
  const at = links.findIndex((link) => link === document.activeElement);
  const next = at === -1 ? undefined : links[at + step];
  if (next === undefined) return;
  event.preventDefault();
  next.focus();
}

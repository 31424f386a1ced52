import { useState } from 'preact/hooks';
import type { Page, PlanChange, WorkSummary } from '../api/types.ts';
import { blockingError, usePoll } from '../api/use-poll.ts';
import { place, setQuery } from '../app/location.ts';
import { Button } from '../components/button.tsx';
import { Freshness } from '../components/freshness.tsx';
import { ErrorNotice } from '../components/notice.tsx';
import { Loading, Screen } from '../components/screen.tsx';
import { session } from '../session/sign-in-gate.ts';
import { ChangeTable } from './change-table.tsx';
import { filterOf, LISTS, listPath, type ListName, type WorkFilter } from './lists.ts';
import { SummaryPlots } from './summary-plots.tsx';
import { WorkFilters } from './work-filters.tsx';

const EVERY_MS = 7_000;
const MORE = 20;
/** The API's largest page. */
const MOST = 100;

/** What is in flight and what waits for somebody, as it is now. */
export function WorkScreen() {
  const filter = filterOf(place.value.query);
  const [limit, setLimit] = useState(MORE);
  const summary = usePoll<WorkSummary>(`/v1/work/summary${filter.mine === '' ? '' : '?mine=true'}`, EVERY_MS);
  const list = usePoll<Page<PlanChange>>(listPath(filter, limit), EVERY_MS);
  const apply = (change: Partial<WorkFilter>): void => {
    setLimit(MORE);
    const next = { ...filter, ...change };
    setQuery({ ...next, list: next.list === 'flight' ? '' : next.list });
  };
  const reload = (): void => {
    summary.reload();
    list.reload();
  };
  // The older of the two says how old the page is.
  const oldest = (list.readAt ?? 0) < (summary.readAt ?? 0) ? list : summary;
  const error = blockingError(list) ?? blockingError(summary);
  return (
    <Screen
      title="Work"
      lead={
        <>
          {session.value?.role === 'agent' ? 'The changes you opened. ' : 'Everybody’s changes. '}
          <Freshness of={{ readAt: oldest.readAt, isOld: list.isOld || summary.isOld }} />
        </>
      }
    >
      <ErrorNotice error={error} retry={reload} />
      <ListTabs current={filter.list} summary={summary.data} onList={(name) => apply({ list: name })} />
      <section class="card work-list" aria-labelledby="work-list">
        <h2 id="work-list" class="visually-hidden">
          {LISTS[filter.list].label}
        </h2>
        <WorkFilters filter={filter} onFilter={apply} />
        {filter.list === 'undelivered' && (
          <p class="hint">Reach these customers another way, and ask for an address that works.</p>
        )}
        <div class={`work-rows${list.isBehind ? ' stale' : ''}`} aria-busy={list.isBehind}>
          {list.data === undefined && error === undefined && <Loading what="Reading the changes" />}
          {list.data?.items.length === 0 && (
            <p class="empty">
              {isNarrowed(filter) ? 'No change matches. Widen the filters.' : LISTS[filter.list].empty}
            </p>
          )}
          {list.data !== undefined && list.data.items.length > 0 && (
            <ChangeTable
              label={LISTS[filter.list].label}
              changes={list.data.items}
              now={list.readAt ?? Date.now()}
            />
          )}
        </div>
        {typeof list.data?.nextCursor === 'string' &&
          (limit < MOST ? (
            <Button look="secondary" busy={list.isBehind} onClick={() => setLimit(limit + MORE)}>
              Show more
            </Button>
          ) : (
            <p class="hint">The newest {MOST} are shown. Narrow the list down to see others.</p>
          ))}
      </section>
      <SummaryPlots summary={summary.data} />
    </Screen>
  );
}

function ListTabs(props: {
  readonly current: ListName;
  readonly summary: WorkSummary | undefined;
  readonly onList: (name: ListName) => void;
}) {
  const { current, summary, onList } = props;
  return (
    <div class="worklists" role="group" aria-label="Lists">
      {Object.entries(LISTS).map(([name, { label, count }]) => (
        <button
          key={name}
          type="button"
          class="worklist"
          aria-pressed={name === current}
          onClick={() => onList(name as ListName)}
        >
          <span class="worklist-count">{summary === undefined ? '–' : count(summary)}</span>
          <span class="worklist-label">{label}</span>
        </button>
      ))}
    </div>
  );
}

function isNarrowed({ id, status, plan, mine }: WorkFilter): boolean {
  return [id, status, plan, mine].some((value) => value.trim() !== '');
}

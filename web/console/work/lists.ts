import type { WorkSummary } from '../api/types.ts';

export type ListName = keyof typeof LISTS;

/** The lists of the work page: what they ask for, and how many there are. */
export const LISTS = {
  flight: {
    label: 'In flight',
    query: 'inFlight=true',
    empty: 'Nothing is in flight.',
    count: ({ inFlight }: WorkSummary) => Object.values(inFlight).reduce((sum, count) => sum + count, 0),
  },
  held: {
    label: 'Held',
    query: 'status=held',
    empty: 'Nothing is held.',
    count: ({ worklists }: WorkSummary) => worklists.held,
  },
  unconfirmed: {
    label: 'Not confirmed',
    query: 'confirmed=false',
    empty: 'Every applied change is confirmed with its customer.',
    count: ({ worklists }: WorkSummary) => worklists.unconfirmed,
  },
  undelivered: {
    label: 'Mail not delivered',
    query: 'email=undelivered',
    empty: 'Every mail has reached its customer, or is on its way.',
    count: ({ worklists }: WorkSummary) => worklists.undelivered,
  },
  expiring: {
    label: 'Expiring soon',
    query: 'expiring=soon',
    empty: 'Nothing is about to expire.',
    count: ({ worklists }: WorkSummary) => worklists.expiring,
  },
} as const;

export interface WorkFilter {
  readonly list: ListName;
  readonly status: string;
  readonly plan: string;
  /** 'true' or nothing, as in the address. */
  readonly mine: string;
  readonly id: string;
}

export function filterOf(query: URLSearchParams): WorkFilter {
  const list = query.get('list') ?? '';
  const text = (name: string): string => query.get(name) ?? '';
  return {
    list: isListName(list) ? list : 'flight',
    status: text('status'),
    plan: text('plan'),
    mine: text('mine'),
    id: text('id'),
  };
}

function isListName(name: string): name is ListName {
  return Object.hasOwn(LISTS, name);
}

/** The id that was typed, as the API takes it; a workflow's id names its change. Undefined: no id, or not yet. */
export function typedId(text: string): string | undefined {
  const id = text.trim().replace(/^plan-change-/i, '');
  return /^[0-9a-f]{4}[0-9a-f-]{0,32}$/i.test(id) ? id : undefined;
}

/** An id finds its change whatever has become of it. */
export function listPath({ list, status, plan, mine, id }: WorkFilter, limit: number): string {
  const known = typedId(id);
  const query = new URLSearchParams(
    known !== undefined ? {} : list === 'flight' && status !== '' ? { status } : LISTS[list].query,
  );
  if (known !== undefined) query.set('id', known);
  if (plan !== '') query.set('planCode', plan);
  if (mine !== '') query.set('mine', 'true');
  query.set('limit', String(limit));
  return `/v1/plan-changes?${query}`;
}

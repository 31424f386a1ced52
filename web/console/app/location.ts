import { signal } from '@preact/signals';

/** Where the console is: the path below /console, and the query. */
export interface Place {
  readonly path: string;
  readonly query: URLSearchParams;
}

const BASE = '/console';

export const place = signal<Place>(read());

window.addEventListener('popstate', () => {
  place.value = read();
});

/** Goes to a path below /console, such as `/changes/ID/consent`. */
export function goTo(path: string, options: { readonly replace?: boolean } = {}): void {
  const url = BASE + path;
  if (options.replace === true) history.replaceState(null, '', url);
  else history.pushState(null, '', url);
  place.value = read();
  window.scrollTo(0, 0);
}

/** Keeps what a screen shows in its address, so that a reload shows the same. Empty values are left out. */
export function setQuery(values: Readonly<Record<string, string>>): void {
  const query = new URLSearchParams(Object.entries(values).filter(([, value]) => value !== ''));
  history.replaceState(null, '', `${location.pathname}${query.size === 0 ? '' : `?${query}`}`);
  place.value = read();
}

export function hrefOf(path: string): string {
  return BASE + path;
}

function read(): Place {
  const path = location.pathname.replace(/^\/console/, '').replace(/\/+$/, '');
  return { path: path === '' ? '/' : path, query: new URLSearchParams(location.search) };
}

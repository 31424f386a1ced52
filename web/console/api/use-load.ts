import { useEffect, useState } from 'preact/hooks';
import { get } from './request.ts';

export interface Loaded<T> {
  readonly data: T | undefined;
  readonly error: unknown;
  readonly reload: () => void;
}

/** What a GET answers; `undefined` as path loads nothing yet. Earlier data stays until the new is there. */
export function useLoad<T>(path: string | undefined): Loaded<T> {
  const [state, setState] = useState<{ path?: string; data?: T; error?: unknown }>({});
  const [attempt, setAttempt] = useState(0);
  useEffect(() => {
    if (path === undefined) return;
    let current = true;
    get<T>(path).then(
      (data) => current && setState({ path, data }),
      (error: unknown) => current && setState({ path, error }),
    );
    return () => {
      current = false;
    };
  }, [path, attempt]);
  return { data: state.data, error: state.error, reload: () => setAttempt((before) => before + 1) };
}

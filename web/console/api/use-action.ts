import { useCallback, useEffect, useRef, useState } from 'preact/hooks';
import { ConnectionLost, isUndecided } from './errors.ts';

export interface Action<Input> {
  /** Does nothing while busy. */
  readonly run: (input: Input) => void;
  /** The same input again, with the same key if its outcome is not known. */
  readonly retry: () => void;
  /** Forgets the error. */
  readonly clear: () => void;
  readonly busy: boolean;
  readonly error: unknown;
  /** What is on its way, or what the error is of. */
  readonly input: Input | undefined;
}

export interface ActionOptions {
  /** Where the keys are kept; those of an action end with its screen unless told. */
  readonly keys?: Map<string, string>;
  /** False: it is not sent again by itself when the connection is back. */
  readonly isRepeated?: boolean;
}

/**
 * One intent of the agent. Its Idempotency-Key is made with the first try and kept over all tries of the same
 * input until the outcome is known, so that nothing happens twice. A try that found no connection is repeated
 * by itself when there is one again.
 */
export function useAction<Input, Output>(
  send: (input: Input, key: string) => Promise<Output>,
  done: (output: Output, input: Input) => void,
  { keys, isRepeated = true }: ActionOptions = {},
): Action<Input> {
  const [state, setState] = useState<Pick<Action<Input>, 'busy' | 'error' | 'input'>>(IDLE);
  const ownKeys = useRef(new Map<string, string>());
  const latest = useRef({ send, done, keys: keys ?? ownKeys.current });
  latest.current = { send, done, keys: keys ?? ownKeys.current };
  const last = useRef<{ readonly input: Input } | undefined>(undefined);
  const alive = useRef(true);
  const busy = useRef(false);
  useEffect(() => {
    alive.current = true;
    return () => {
      alive.current = false;
    };
  }, []);

  const run = useCallback((input: Input): void => {
    if (busy.current) return;
    const text = JSON.stringify(input);
    const { keys: kept } = latest.current;
    const key = kept.get(text) ?? crypto.randomUUID();
    kept.set(text, key);
    last.current = { input };
    busy.current = true;
    setState({ busy: true, error: undefined, input });
    latest.current.send(input, key).then(
      (output) => {
        kept.delete(text);
        busy.current = false;
        if (!alive.current) return;
        setState(IDLE);
        latest.current.done(output, input);
      },
      (error: unknown) => {
        if (!isUndecided(error)) kept.delete(text);
        busy.current = false;
        if (alive.current) setState({ busy: false, error, input });
      },
    );
  }, []);
  const retry = useCallback(() => {
    if (last.current) run(last.current.input);
  }, [run]);
  const clear = useCallback(() => {
    if (!busy.current) setState(IDLE);
  }, []);

  const isToRepeat = isRepeated && state.error instanceof ConnectionLost;
  useEffect(() => {
    if (!isToRepeat) return;
    window.addEventListener('online', retry);
    return () => window.removeEventListener('online', retry);
  }, [isToRepeat, retry]);

  return { run, retry, clear, ...state };
}

const IDLE = { busy: false, error: undefined, input: undefined };

import { useCallback, useEffect, useRef, useState } from 'preact/hooks';
import { ConnectionLost, isUndecided } from './errors.ts';

export interface Action<Input> {
  readonly run: (input: Input) => void;
  /** The same input again, with the same key if its outcome is not known. */
  readonly retry: () => void;
  readonly clear: () => void;
  readonly busy: boolean;
  readonly error: unknown;
}

/**
 * One intent of the agent. Its Idempotency-Key is made with the first try and kept over all tries of the same
 * input until the outcome is known, so that nothing happens twice. A try that found no connection is repeated
 * by itself when there is one again.
 */
export function useAction<Input, Output>(
  send: (input: Input, key: string) => Promise<Output>,
  done: (output: Output, input: Input) => void,
): Action<Input> {
  const [state, setState] = useState<{ readonly busy: boolean; readonly error: unknown }>(IDLE);
  const intent = useRef<{ input: Input; text: string; key: string } | null>(null);
  const latest = useRef({ send, done });
  latest.current = { send, done };
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
    if (intent.current?.text !== text) intent.current = { input, text, key: crypto.randomUUID() };
    const { key } = intent.current;
    busy.current = true;
    setState({ busy: true, error: undefined });
    latest.current.send(input, key).then(
      (output) => {
        intent.current = null;
        busy.current = false;
        if (!alive.current) return;
        setState(IDLE);
        latest.current.done(output, input);
      },
      (error: unknown) => {
        if (!isUndecided(error) && intent.current?.key === key)
          intent.current = { input, text, key: crypto.randomUUID() };
        busy.current = false;
        if (alive.current) setState({ busy: false, error });
      },
    );
  }, []);
  const retry = useCallback(() => {
    if (intent.current) run(intent.current.input);
  }, [run]);
  const clear = useCallback(() => setState(IDLE), []);

  const isLost = state.error instanceof ConnectionLost;
  useEffect(() => {
    if (!isLost) return;
    window.addEventListener('online', retry);
    return () => window.removeEventListener('online', retry);
  }, [isLost, retry]);

  return { run, retry, clear, ...state };
}

const IDLE = { busy: false, error: undefined };

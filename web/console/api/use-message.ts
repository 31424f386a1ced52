import { useEffect, useRef, useState } from 'preact/hooks';
import { ApiProblem, isUndecided, StillBeingDone } from './errors.ts';
import { get, post } from './request.ts';
import type { PlanChange } from './types.ts';
import { useAction, type Action } from './use-action.ts';

type MessageName =
  'consent' | 'consent-link' | 'decline' | 'cancel' | 'confirmation' | 'requote' | 'reschedule';

/** What is on record for good afterwards. */
const BINDING: ReadonlySet<MessageName> = new Set(['consent', 'decline', 'cancel', 'confirmation']);
const READ_AGAIN_MS = 3_000;
/** Refusals that say that the change is not as it is shown. */
const OUT_OF_DATE = [409, 410];

/** The answer to what is not done with at once; the change is read for the rest. */
type Accepted = Pick<PlanChange, 'planChangeId' | 'status'>;

/** By path and body, also over a change of screen: what was sent without an answer keeps its key. */
const keysByPath = new Map<string, Map<string, string>>();

export interface Message<Body> extends Action<Body> {
  /** No answer came, and whether it took effect is not known. Busy until the change was read. */
  readonly isLost: boolean;
  /** Why the change could not be read either, and never will be. */
  readonly unreadable: ApiProblem | undefined;
}

/**
 * What an agent tells an open change: POST /v1/plan-changes/{id}/{name}. Nothing is sent again by itself. After a
 * lost answer, and after a refusal that says that the screen is out of date, the change is read first and given to
 * `take`; then it is the agent's to send it again.
 * @param about what a request without a body is about: another is another intent
 */
export function useMessage<Body extends object>(
  { planChangeId }: Pick<PlanChange, 'planChangeId'>,
  name: MessageName,
  take: (change: PlanChange) => void,
  about = '',
): Message<Body> {
  const path = `/v1/plan-changes/${planChangeId}`;
  const latestTake = useRef(take);
  latestTake.current = take;
  const action = useAction(
    async (body: Body, key) => {
      const answer = await post<PlanChange | Accepted>(`${path}/${name}`, body, key, BINDING.has(name));
      return 'quote' in answer ? answer : get<PlanChange>(path);
    },
    take,
    { keys: keysOf(`${path}/${name} ${about}`), isRepeated: false },
  );

  const { error } = action;
  const isLost = isUndecided(error) && !(error instanceof StillBeingDone);
  const isOutOfDate = error instanceof ApiProblem && OUT_OF_DATE.includes(error.problem.status);
  const [reading, setReading] = useState<{ after?: unknown; unreadable?: ApiProblem }>({});
  useEffect(() => {
    if (!isLost && !isOutOfDate) return;
    let isCurrent = true;
    let isReading = false;
    let timer: number | undefined;
    const readOn = (isByItself: boolean): void => {
      window.clearTimeout(timer);
      if (isReading) return;
      isReading = true;
      get<PlanChange>(path, isByItself).then(
        (change) => {
          if (!isCurrent) return;
          setReading({ after: error });
          latestTake.current(change);
        },
        (reason: unknown) => {
          isReading = false;
          if (!isCurrent) return;
          if (reason instanceof ApiProblem && !isUndecided(reason)) setReading({ unreadable: reason });
          else timer = window.setTimeout(again, READ_AGAIN_MS);
        },
      );
    };
    const again = (): void => readOn(true);
    window.addEventListener('online', again);
    readOn(false);
    return () => {
      isCurrent = false;
      window.clearTimeout(timer);
      window.removeEventListener('online', again);
    };
  }, [error, isLost, isOutOfDate, path]);

  const isUnread = isLost && reading.after !== error;
  const { run, busy } = action;
  return {
    ...action,
    run: (body) => {
      if (!isUnread) run(body);
    },
    busy: busy || isUnread,
    isLost,
    unreadable: isUnread ? reading.unreadable : undefined,
  };
}

function keysOf(path: string): Map<string, string> {
  const keys = keysByPath.get(path) ?? new Map<string, string>();
  keysByPath.set(path, keys);
  return keys;
}

import type { Operation } from '../documented-answers.ts';
import type { Random } from '../random.ts';
import type { Coverage } from './coverage.ts';

/** What a request is made to be: right, or wrong in one way. */
export type Aim =
  /** Right: everything in it belongs together, and the state takes it. */
  | 'fitting'
  /** One that was done, again under its key. */
  | 'repeated'
  /** Ids, hashes and codes of different changes and customers. */
  | 'mixed'
  /** Fitting, with one thing gone, exchanged or added. */
  | 'spoilt'
  /** Garbage wherever there is room for it. */
  | 'hostile'
  /** About what nobody has, or somebody else. */
  | 'stranger'
  /** To a change or link in a state that does not take it. */
  | 'misplaced'
  /** By a link that has ended. */
  | 'ended'
  | 'without a key'
  /** By a role, or without the proof, that it needs. */
  | 'not allowed'
  /** By somebody who has used up what they may send. */
  | 'too often'
  | 'unreadable'
  | 'too large'
  | 'wrong encoding';

const WEIGHTS: Readonly<Record<Aim, number>> = {
  fitting: 8,
  repeated: 1,
  mixed: 5,
  spoilt: 5,
  hostile: 3,
  stranger: 2,
  misplaced: 3,
  ended: 1,
  'without a key': 1,
  'not allowed': 1,
  'too often': 1,
  unreadable: 2,
  'too large': 0.5,
  'wrong encoding': 0.5,
};
const DRAWN = Object.entries(WEIGHTS).flatMap(([aim, weight]) =>
  Array.from({ length: weight * 2 }, () => aim as Aim),
);

const AIM_AT: Readonly<Record<string, Aim>> = {
  400: 'unreadable',
  401: 'without a key',
  403: 'not allowed',
  404: 'stranger',
  409: 'misplaced',
  410: 'ended',
  413: 'too large',
  415: 'wrong encoding',
  422: 'spoilt',
  429: 'too often',
};

/** Half of the requests are drawn; the others go for what has not been answered yet, success before everything. */
const GOING_FOR_MISSING = 0.5;
/** Then only chance reaches it, or nothing. */
const MOST_TRIES = 40;

export interface Aimed {
  readonly operation: Operation;
  readonly aim: Aim;
  /** The status that this is to reach, where it goes for one. */
  readonly status: string | undefined;
}

/** Chooses what the next request is to be. */
export function takeAim(
  operations: readonly Operation[],
  coverage: Coverage,
  random: Random,
  goingForMissing = GOING_FOR_MISSING,
): Aimed {
  if (random.chance(goingForMissing)) {
    const missing = coverage.missing().filter(({ tries }) => tries < MOST_TRIES);
    const successes = missing.filter(({ status }) => status.startsWith('2'));
    const candidates = successes.length > 0 ? successes : missing;
    if (candidates.length > 0) {
      const { operation, status } = random.pick(candidates);
      coverage.tried(operation, status);
      return { operation, status, aim: AIM_AT[status] ?? 'fitting' };
    }
  }
  return { operation: random.pick(weighted(operations)), aim: random.pick(DRAWN), status: undefined };
}

/** What is about somebody has more to go wrong than what everybody gets. */
function weighted(operations: readonly Operation[]): readonly Operation[] {
  return operations.flatMap((operation) =>
    operation.path.includes('{') || operation.body !== undefined
      ? [operation, operation, operation]
      : [operation],
  );
}

import type { EvidencePayload } from '../payload.ts';
import type { PublicKey } from '../signing-key.ts';

export interface CheckInput {
  readonly payload: EvidencePayload;
  /** Keys by which anchors may be signed; undefined: none were given. */
  readonly keys: readonly PublicKey[] | undefined;
}

/** `looked`: what was there to check, in words; empty: nothing. `problems`: what is wrong. */
export interface Finding {
  readonly looked: string;
  readonly problems: readonly string[];
  /** What the verifier was not told enough to establish; whoever signs is told everything, so that it is a problem then. */
  readonly unknown?: readonly string[];
  /** Worth a person's eye, but no contradiction. */
  readonly remarks?: readonly string[];
}

/** One thing that a bundle must show by itself. */
export interface Check {
  readonly title: string;
  readonly run: (input: CheckInput) => Finding;
}

/** What a check finds; words or figures that it can make nothing of are a problem, and no way to stop it. */
export function findingOf({ run }: Check, input: CheckInput): Finding {
  try {
    return run(input);
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    return { looked: '', problems: [`it cannot be checked: ${error.message}`] };
  }
}

/** The sentences whose condition is true. */
export function problemsOf(...found: readonly (readonly [boolean, string])[]): string[] {
  return found.flatMap(([isWrong, what]) => (isWrong ? [what] : []));
}

export function counted(n: number, one: string, many = `${one}s`): string {
  return n === 0 ? '' : `${n} ${n === 1 ? one : many}`;
}

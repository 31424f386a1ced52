import type { RepairOfChange, RepairReport } from './repair.ts';

const WORDS = {
  cancel: 'nothing is applied: close it as cancelled, and tell the customer by mail',
  finish: 'applied as agreed: take its workflow up again, which sends the summary',
  catch_up: 'its workflow is behind the record: bring it there',
} as const;

const OUTCOMES = {
  proposed: 'would be done with --apply',
  done: 'done',
  moved_on: 'moved on meanwhile, nothing done: run it again',
  left: 'left for people to decide',
  failed: 'not finished: run it again',
} as const;

/** The report for people: one paragraph per change, then a sentence. */
export function formatRepairs({ looked, repairs }: RepairReport): string {
  const summary =
    repairs.length === 0
      ? `${looked} changes compared with their workflows: nothing to repair.`
      : `${looked} changes compared with their workflows: ${repairs.length} to repair, ${repairs.filter(isMended).length} repaired.`;
  return [...repairs.map(paragraphOf), summary].join('\n');
}

export function isMended({ outcome }: RepairOfChange): boolean {
  return outcome === 'done';
}

function paragraphOf({ planChangeId, status, workflow, repair, outcome, failure }: RepairOfChange): string {
  const what = repair.kind === 'undecided' ? repair.what : WORDS[repair.kind];
  return `${planChangeId}  ${status}, workflow ${workflow}\n  ${what}\n  ${OUTCOMES[outcome]}${failure === undefined ? '' : ` (${failure})`}`;
}

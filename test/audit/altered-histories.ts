import type { History, HistoryDigest } from '../../dev/audit/history-digest.ts';
import type { Histories } from '../../dev/audit/histories.ts';
import { planChangeWorkflowId } from '../../workflows/contract.ts';

type HistoryEvent = NonNullable<History['events']>[number];

/** The histories with one change's digest altered. */
export function alterDigest(
  histories: Histories,
  planChangeId: string,
  alter: (digest: HistoryDigest) => Partial<HistoryDigest>,
): Histories {
  const altered = (digest: HistoryDigest): HistoryDigest =>
    digest.workflowId === planChangeWorkflowId(planChangeId) ? { ...digest, ...alter(digest) } : digest;
  return {
    ...histories,
    digests: histories.digests.map(altered),
    runsOf: async (workflowId) => (await histories.runsOf(workflowId)).map(altered),
  };
}

/** The histories with each event of one change passed through `alter`, which may write to it. */
export function alterEvents(
  histories: Histories,
  planChangeId: string,
  alter: (event: HistoryEvent) => void,
): Histories {
  return {
    ...histories,
    *all() {
      for (const each of histories.all()) {
        if (each.workflowId === planChangeWorkflowId(planChangeId)) each.history.events?.forEach(alter);
        yield each;
      }
    },
  };
}

/** The histories of a server that does not know one workflow. */
export function withoutWorkflow(histories: Histories, workflowId: string): Histories {
  return {
    ...histories,
    executions: new Map([...histories.executions].filter(([id]) => id !== workflowId)),
    digests: histories.digests.filter((digest) => digest.workflowId !== workflowId),
    describe: (id) => (id === workflowId ? Promise.resolve(undefined) : histories.describe(id)),
    runsOf: (id) => (id === workflowId ? Promise.resolve([]) : histories.runsOf(id)),
  };
}

/** The workflows as they would be seen long after their start. */
export function startedLongAgo(histories: Histories): Histories {
  return {
    ...histories,
    describe: async (workflowId) => {
      const state = await histories.describe(workflowId);
      return state && { ...state, startedAt: new Date(0) };
    },
  };
}

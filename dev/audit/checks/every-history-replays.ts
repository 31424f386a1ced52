import { Worker } from '@temporalio/worker';
import type { Check, Finding } from '../check.ts';
import { finding } from '../check.ts';
import { planChangeIdOf } from '../history-digest.ts';

const WITHOUT_HISTORY = 'SELECT count(*)::int AS n FROM plan_changes WHERE NOT id = ANY ($1::uuid[])';

export const everyHistoryReplays: Check = {
  id: 'I16',
  title: 'every stored history replays with the current workflow code',
  async run(context) {
    const { histories } = context;
    if (!histories) return [];
    const findings: Finding[] = [];
    const results = Worker.runReplayHistories(
      { workflowBundle: await context.workflowBundle(), replayName: 'audit' },
      histories.all(),
    );
    for await (const { workflowId, error } of results) {
      context.looked(1);
      const about = { plan_change_id: planChangeIdOf(workflowId) };
      if (error)
        findings.push(finding('I16', `the history of ${workflowId} does not replay: ${error.name}`, about));
    }
    const kept = [...histories.executions.keys()].map(planChangeIdOf).filter((id) => id !== null);
    const [forgotten] = await context.query<{ n: number }>(WITHOUT_HISTORY, [kept]);
    context.unchecked(
      'changes without a history: retention is over, or they are newer than this audit',
      forgotten?.n ?? 0,
    );
    return findings;
  },
};

import { Worker } from '@temporalio/worker';
import type { Check } from '../check.ts';
import { finding } from '../check.ts';
import { planChangeIdOf } from '../history-digest.ts';

export const everyHistoryReplays: Check = {
  id: 'I16',
  title: 'every stored history replays with the current workflow code',
  async run({ histories, workflowBundle, looked }) {
    if (!histories) return [];
    const findings = [];
    const results = Worker.runReplayHistories(
      { workflowBundle: await workflowBundle(), replayName: 'audit' },
      histories.all(),
    );
    for await (const { workflowId, error } of results) {
      looked(1);
      const about = { plan_change_id: planChangeIdOf(workflowId) };
      if (error)
        findings.push(finding('I16', `the history of ${workflowId} does not replay: ${error.name}`, about));
    }
    return findings;
  },
};

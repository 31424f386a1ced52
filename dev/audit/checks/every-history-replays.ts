import { Worker } from '@temporalio/worker';
import { planChangeWorkflowId } from '../../../workflows/contract.ts';
import type { Check } from '../check.ts';
import { finding } from '../check.ts';

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
      if (error) {
        const id = workflowId.slice(planChangeWorkflowId('').length);
        findings.push(finding('I16', `its history does not replay: ${error.name}`, { plan_change_id: id }));
      }
    }
    return findings;
  },
};

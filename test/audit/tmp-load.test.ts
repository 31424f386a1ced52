import { createRig, startWorker } from '../support/plan-change-rig.ts';
import { testTemporal } from '../support/test-stack.ts';
import { UPDATE } from '../../workflows/contract.ts';
import { audit } from '../../dev/audit/audit.ts';
import { findingsOf, formatReport } from '../../dev/audit/report.ts';
import { writeFile } from 'node:fs/promises';
import { workflowBundle } from '../support/plan-change-rig.ts';
describe('load', function () {
  this.timeout(400000);
  it('y', async () => {
    const rig = await createRig('load');
    const w = await startWorker(rig);
    await writeFile('/tmp/audit-bundle.js', (await workflowBundle()).code);
    const { address } = await testTemporal();
    const run = () => audit({ databaseUrl: rig.database.auditorUrl, temporal: { address, namespace: 'default', taskQueue: w.taskQueue }, bundlePath: '/tmp/audit-bundle.js' });
    let busy = true;
    const author = { type: 'agent', id: rig.agent.agentId };
    const one = async (i: number) => {
      const input = rig.input(await rig.account({ planCode: i % 2 ? 'fiber-basic' : 'fiber-two-lines-complete' }), { planCode: i % 2 ? 'fiber-plus' : 'phone-basic', ...(i % 5 === 0 ? { activation: { when: 'end_of_cycle' as const } } : {}) });
      const { handle } = await w.open(input);
      const q = await rig.knex('quotes').where({ plan_change_id: input.planChangeId }).first('hash');
      if (i % 7 === 0) { await handle.executeUpdate(UPDATE.cancel, { args: [{ remarkId: null, author }] }); return; }
      const evidenceId = await rig.evidence(input.planChangeId, q.hash);
      await handle.executeUpdate(UPDATE.recordConsent, { args: [{ evidenceId, quoteHash: q.hash, method: 'verbal', author }] });
    };
    const N = Number(process.env.N ?? 400);
    let next = 0;
    const t0 = Date.now();
    const load = Promise.all(Array.from({ length: 8 }, async () => { while (next < N) await one(next++); })).finally(() => { busy = false; });
    const auditing = (async () => { while (busy) { const r = await run(); console.log('while busy:', r.milliseconds, 'ms', r.checks.map(c => c.looked).join(), JSON.stringify(findingsOf(r).slice(0, 5)), JSON.stringify(r.checks.flatMap(c => [...c.unchecked, ...(c.failure ? [c.failure] : [])]))); } })();
    await load; await auditing;
    console.log('load', Date.now() - t0);
    await new Promise(r => setTimeout(r, 6000));
    const r = await run();
    console.log(formatReport(r));
    await w.stop(); await rig.close();
  });
});

import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { audit } from '../../dev/audit/audit.ts';
import { decide, type WorkflowStands } from '../../dev/audit/repair/decide.ts';
import type { ChangeFacts } from '../../dev/audit/repair/facts.ts';
import { missingTogether, type OpenedChange } from '../../dev/audit/repair/missing.ts';
import { formatRepairs } from '../../dev/audit/repair/format-repairs.ts';
import { repairChanges, type RepairReport } from '../../dev/audit/repair/repair.ts';
import { contentsOf } from '../support/database-contents.ts';
import { openChange, type DrivenChange } from '../support/driven-change.ts';
import { eventually } from '../support/eventually.ts';
import {
  createRig,
  startWorker,
  workflowBundle,
  type Rig,
  type RigWorker,
} from '../support/plan-change-rig.ts';
import { testTemporal } from '../support/test-stack.ts';

const OPERATOR = 'night-shift';
const END_OF_CYCLE = { input: { activation: { when: 'end_of_cycle' } } } as const;

describe('npm run audit -- --repair: what it decides', () => {
  const facts = (changed: Partial<ChangeFacts>): ChangeFacts => ({
    ...{ planChangeId: 'p', customerId: 'c', status: 'awaiting_consent', revision: 1, isQuiet: true },
    ...{ isApplied: false, posted: 0, hasPeriod: false, mismatches: [] },
    ...changed,
  });
  const applied = { status: 'activating', isApplied: true, posted: 3, hasPeriod: true } as const;
  const table: [string, Partial<ChangeFacts>, WorkflowStands, string | undefined][] = [
    ['ended while it waited for consent', {}, 'ended', 'cancel'],
    ['gone while scheduled', { status: 'scheduled' }, 'gone', 'cancel'],
    ['ended while held', { status: 'held' }, 'ended', 'cancel'],
    ['ended after it was applied', applied, 'ended', 'finish'],
    ['ended before its summary', { ...applied, status: 'activated' }, 'gone', 'finish'],
    [
      'ended before its summary, with another change after it',
      { ...applied, status: 'activated', mismatches: ['current_plan'] },
      'ended',
      'finish',
    ],
    ['set back after it had ended', { status: 'completed' }, 'alive', 'catch_up'],
    ['set back after it was applied', applied, 'alive', 'catch_up'],
    ['waiting', {}, 'alive', undefined],
    ['at work', applied, 'busy', undefined],
    ['ended as it should', { status: 'declined' }, 'completed', undefined],
    ['ended and forgotten', { status: 'completed' }, 'gone', undefined],
    ['just written to', { isQuiet: false }, 'ended', undefined],
    ['applied and reading back otherwise', { ...applied, mismatches: ['charges'] }, 'ended', 'undecided'],
    ['with charges and not applied', { posted: 1 }, 'ended', 'undecided'],
    ['with a period and not applied', { hasPeriod: true }, 'gone', 'undecided'],
    ['activating and not applied', { status: 'activating' }, 'ended', 'undecided'],
    ['scheduled and applied', { ...applied, status: 'scheduled' }, 'ended', 'undecided'],
    ['open with a workflow that completed', {}, 'completed', 'undecided'],
  ];
  for (const [what, changed, workflow, repair] of table) {
    it(`a change that is ${what}: ${repair ?? 'nothing'}`, () => {
      assert.equal(decide(facts(changed), workflow)?.kind, repair);
    });
  }
});

describe('npm run audit -- --repair: a server restored from an older backup', () => {
  /** Open changes as they were opened: `x` the server does not know, `.` it knows. */
  const changes = (pattern: string): OpenedChange[] =>
    Array.from(pattern, (mark, at) => ({
      planChangeId: String(at),
      openedAt: new Date(at * 60_000),
      stands: mark === 'x' ? 'gone' : 'alive',
    }));
  const many = '.'.repeat(99);
  const table: [string, string, number[], RegExp | undefined][] = [
    ['nothing missing', '.....', [], undefined],
    ['one deleted', '..x..', [], undefined],
    ['the newest missing', '....x', [], /newest/],
    ['the newest missing, and one opened after it known to have ended', '....x', [5], undefined],
    ['all newer ones missing', '..xxx', [1], /newest/],
    ['too many, here and there', '.x.x.', [], /too many/],
    ['some of very many, here and there', `${many}x.x.x.`, [], undefined],
    ['more than the tolerated share of very many', `${'x.'.repeat(6)}${many}`, [], /too many/],
    ['a few of very many in a row, and newer ones since', `${many}xx${many}`, [], /one after another/],
  ];
  for (const [what, pattern, knownEnded, sign] of table) {
    it(`${what}: ${sign ? 'asks first' : 'goes on'}`, () => {
      const ended = knownEnded.map((at) => new Date(at * 60_000));
      const missing = missingTogether(changes(pattern), ended);
      if (sign) assert.match(missing?.sign ?? 'not told', sign);
      else assert.equal(missing, undefined);
    });
  }
});

describe('npm run audit -- --repair', function () {
  this.timeout(120_000);
  let rig: Rig;
  let worker: RigWorker;
  const stalled = new Set<string>();
  const undeliverable = new Set<string>();
  const mails: string[] = [];
  let operatorId: string;
  const changes: Record<string, DrivenChange> = {};

  before(async () => {
    rig = await createRig('repair', {
      mailer: {
        send({ recipient }) {
          if (undeliverable.has(recipient))
            return Promise.resolve({ outcome: 'unavailable', status: 503, retryAfterMs: null });
          mails.push(recipient);
          return Promise.resolve({ outcome: 'accepted', providerMessageId: `m-${mails.length}` });
        },
      },
    });
    const activities: Rig['activities'] = {
      ...rig.activities,
      verifyActivation: (input) =>
        stalled.has(input.planChangeId)
          ? Promise.reject(new Error('stalled'))
          : rig.activities.verifyActivation(input),
    };
    worker = await startWorker(rig, { activities });
    await rig.ownerKnex('agents').insert({ handle: OPERATOR, role: 'ops' });
    [operatorId = ''] = await rig.ownerKnex('agents').where({ handle: OPERATOR }).pluck<string[]>('id');
    await rig.ownerKnex('agents').insert({ handle: 'no-ops', role: 'supervisor' });
    await build();
  });
  after(async () => {
    await worker.stop();
    await rig.close();
  });

  const stalledAfterCommit = async (): Promise<DrivenChange> => {
    const change = await openChange(rig, worker);
    stalled.add(change.planChangeId);
    void change.consent().catch(() => undefined);
    await change.reaches('activating');
    return change;
  };
  const terminate = ({ handle }: DrivenChange) => handle.terminate('behind the back');

  /** One change in each status, ended by really terminating its workflow; and some that are to be left alone. */
  const build = async (): Promise<void> => {
    const { namespace } = await testTemporal();
    const service = worker.client.workflowService;
    const held = await openChange(rig, worker);
    await rig.knex('customers').where({ id: held.account.customerId }).update({ status: 'suspended' });
    await held.consent();
    const scheduled = await openChange(rig, worker, END_OF_CYCLE);
    await scheduled.consent();
    const activated = await openChange(rig, worker);
    undeliverable.add(activated.account.email);
    await activated.consent();
    const waiting = await openChange(rig, worker);
    const reset = await openChange(rig, worker);
    await reset.consent();
    await reset.result();
    const deleted = await openChange(rig, worker);
    const paused = await openChange(rig, worker);
    Object.assign(changes, {
      ...{ held, scheduled, activated, waiting, reset, deleted, paused },
      activating: await stalledAfterCommit(),
      altered: await stalledAfterCommit(),
      untouched: await openChange(rig, worker),
    });
    for (const name of ['held', 'scheduled', 'activated', 'waiting', 'activating', 'altered'])
      await terminate(of(name));
    await rig
      .ownerKnex('subscription_periods')
      .where({ plan_change_id: of('altered').planChangeId })
      .increment('price_minor', 1);
    await service.deleteWorkflowExecution({
      namespace,
      workflowExecution: { workflowId: deleted.workflowId },
    });
    await service.pauseWorkflowExecution({
      ...{ namespace, workflowId: paused.workflowId, reason: 'test', requestId: randomUUID() },
    });
    await service.resetWorkflowExecution({
      ...{ namespace, requestId: randomUUID(), reason: 'test' },
      workflowExecution: { workflowId: reset.workflowId },
      workflowTaskFinishEventId: await firstTask(reset),
    });
  };
  const firstTask = async ({ handle }: DrivenChange) => {
    const { events } = await handle.fetchHistory();
    const task = (events ?? []).find((event) => event.workflowTaskCompletedEventAttributes);
    assert.ok(task?.eventId);
    return task.eventId;
  };
  const of = (name: string): DrivenChange => {
    const change = changes[name];
    assert.ok(change, name);
    return change;
  };

  const run = async (
    apply: boolean,
    more: { operator?: string | undefined; closeMissing?: number } = {},
  ): Promise<RepairReport> => {
    const { address, namespace } = await testTemporal();
    const temporal = { address, namespace, taskQueue: worker.taskQueue };
    return repairChanges({ databaseUrl: rig.database.appUrl, temporal, apply, operator: OPERATOR, ...more });
  };
  const noticesOf = ({ planChangeId }: DrivenChange) =>
    rig
      .ownerKnex('email_outbox')
      .where({ plan_change_id: planChangeId, kind: 'cancelled' })
      .select<{ status: string; recipient: string }[]>('status', 'recipient');
  /** One mail to the customer, and the operator's id in both notes. */
  const toldOfTheEnd = async (change: DrivenChange): Promise<void> => {
    const notices = await eventually(
      async () => {
        const found = await noticesOf(change);
        return found.every(({ status }) => status === 'accepted') ? found : undefined;
      },
      { within: 40_000, what: 'the notice to leave' },
    );
    assert.deepEqual(
      notices.map(({ recipient }) => recipient),
      [change.account.email],
    );
    const authors = await rig
      .ownerKnex('account_notes')
      .where({ plan_change_id: change.planChangeId })
      .whereIn('kind', ['repaired', 'cancelled'])
      .select<{ type: string; id: string; kind: string; body: string }[]>(
        'author_type as type',
        'author_id as id',
        'kind',
        'body',
      );
    for (const { type, id, kind, body } of authors) {
      assert.deepEqual([type, id], ['ops', operatorId]);
      assert.ok(!body.includes(OPERATOR), body);
      // It is written before the step: what has happened is told by the note after it.
      if (kind === 'repaired')
        assert.match(body, /: it is to be closed as cancelled, and the customer to be told/);
    }
  };
  const summaryOf = ({ repairs }: RepairReport): Record<string, string> => {
    const nameOf = (id: string) => Object.keys(changes).find((name) => of(name).planChangeId === id) ?? id;
    return Object.fromEntries(
      repairs
        .map(
          ({ planChangeId, repair, outcome }) => [nameOf(planChangeId), `${repair.kind} ${outcome}`] as const,
        )
        .toSorted(([one], [other]) => one.localeCompare(other)),
    );
  };
  const planned = (outcome: string) => ({
    activated: `finish ${outcome}`,
    activating: `finish ${outcome}`,
    altered: 'undecided left',
    deleted: `cancel ${outcome}`,
    held: `cancel ${outcome}`,
    reset: `catch_up ${outcome}`,
    scheduled: `cancel ${outcome}`,
    waiting: `cancel ${outcome}`,
  });

  it('shows what it would do, and does nothing', async () => {
    // Younger differences are a step under way; and the server deletes when it comes to it.
    await eventually(
      async () => {
        const seen = summaryOf(await run(false));
        return Object.keys(seen).length === 8 && seen['deleted'] !== undefined ? true : undefined;
      },
      { within: 40_000, what: 'eight changes to repair' },
    );
    const before = await contentsOf(rig.ownerKnex);
    const report = await run(false);
    assert.deepEqual(summaryOf(report), planned('proposed'));
    assert.deepEqual(await contentsOf(rig.ownerKnex), before);
    const text = formatRepairs(report);
    assert.match(text, /would be done with --apply/);
    assert.match(text, /reads back other than agreed: current_price\n {2}left for people to decide/);
    assert.match(text, /8 to repair, 0 repaired\.$/);
  });

  it('does nothing for nobody: an agent of the role ops answers for it', async () => {
    const before = await contentsOf(rig.ownerKnex);
    for (const [operator, why] of [
      [undefined, /--operator/],
      ['nobody', /No agent of the role ops is called nobody/],
      ['no-ops', /No agent of the role ops/],
    ] as const)
      await assert.rejects(run(true, { operator }), why);
    assert.deepEqual(await contentsOf(rig.ownerKnex), before);
  });

  it('closes what is not applied, finishes what is, brings back what was reset, and leaves what disagrees', async () => {
    stalled.clear();
    undeliverable.clear();
    const before = await of('altered').row();
    assert.deepEqual(summaryOf(await run(true)), planned('done'));

    for (const name of ['waiting', 'scheduled', 'held', 'deleted']) {
      assert.equal((await of(name).row()).status, 'cancelled', name);
      assert.deepEqual((await of(name).noteKinds()).slice(-2), ['repaired', 'cancelled'], name);
      await toldOfTheEnd(of(name));
      assert.deepEqual((await of(name).posted()).sum, 0n, name);
    }
    for (const name of ['activating', 'activated']) {
      await of(name).reaches('completed');
      assert.deepEqual(await of(name).result(), { status: 'completed' });
      assert.equal((await of(name).posted()).lines, 3, `${name} was charged once`);
      assert.equal(mails.filter((to) => to === of(name).account.email).length, 1, `${name}: one summary`);
      assert.ok((await of(name).noteKinds()).includes('repaired'), name);
    }
    assert.deepEqual(await of('reset').result(), { status: 'completed' });
    assert.equal(mails.filter((to) => to === of('reset').account.email).length, 1);
    assert.deepEqual(await of('altered').row(), before);
    for (const name of ['paused', 'untouched'])
      assert.equal((await of(name).row()).status, 'awaiting_consent');
  });

  it('done again it changes nothing more', async () => {
    const before = await contentsOf(rig.ownerKnex);
    assert.deepEqual(summaryOf(await run(true)), { altered: 'undecided left' });
    assert.deepEqual(await contentsOf(rig.ownerKnex), before);
  });

  it('lets people decide, and then goes on: the audit finds nothing any more', async () => {
    await rig
      .ownerKnex('subscription_periods')
      .where({ plan_change_id: of('altered').planChangeId })
      .decrement('price_minor', 1);
    assert.deepEqual(summaryOf(await run(true)), { altered: 'finish done' });
    await of('altered').reaches('completed');
    await of('altered').result();
    const { address, namespace } = await testTemporal();
    await worker.client.workflowService.unpauseWorkflowExecution({
      ...{ namespace, workflowId: of('paused').workflowId, reason: 'test', requestId: randomUUID() },
    });
    await workflowBundle();
    const findings = await eventually(
      async () => {
        const temporal = { address, namespace, taskQueue: worker.taskQueue };
        const { checks } = await audit({ databaseUrl: rig.database.auditorUrl, temporal });
        const I14 = checks.find(({ id }) => id === 'I14');
        // What is restless is looked at again when it is quiet.
        if ((I14?.unchecked.length ?? 0) > 0) return undefined;
        return checks.flatMap((check) => [...check.findings.map(({ what }) => what), check.failure ?? []]);
      },
      { within: 60_000, what: 'a quiet system' },
    );
    assert.deepEqual(findings.flat(), []);
  });

  it('stops before a server that has lost the newest changes, and closes them only when told how many', async () => {
    const { namespace } = await testTemporal();
    const lost = [await openChange(rig, worker, END_OF_CYCLE), await openChange(rig, worker)];
    await lost[0]?.consent();
    for (const { workflowId } of lost)
      await worker.client.workflowService.deleteWorkflowExecution({
        namespace,
        workflowExecution: { workflowId },
      });
    await eventually(
      () =>
        run(false).then(
          () => undefined,
          (error: unknown) => (/know 2 of \d+ open changes/.test(String(error)) ? true : undefined),
        ),
      { within: 40_000, what: 'the server to delete them' },
    );
    const before = await contentsOf(rig.ownerKnex);
    for (const closeMissing of [undefined, 1, 3])
      await assert.rejects(run(true, { ...(closeMissing && { closeMissing }) }), (error: Error) => {
        assert.match(error.message, /the newest of all is among them.*restored from an older backup/);
        assert.match(error.message, /nothing was done.*--close-missing 2/);
        return true;
      });
    assert.deepEqual(await contentsOf(rig.ownerKnex), before);

    // Younger differences are a step under way.
    await eventually(
      async () => ((await run(false, { closeMissing: 2 })).repairs.length === 2 ? true : undefined),
      { within: 40_000, what: 'the two to be quiet' },
    );
    const { repairs } = await run(true, { closeMissing: 2 });
    assert.deepEqual(
      repairs.map(({ repair, outcome }) => `${repair.kind} ${outcome}`),
      ['cancel done', 'cancel done'],
    );
    for (const change of lost) {
      assert.equal((await change.row()).status, 'cancelled');
      await toldOfTheEnd(change);
    }
    assert.deepEqual((await run(true)).repairs, []);
  });

  it('the account is free for another change', async () => {
    const { account } = of('waiting');
    const { answer } = await worker.open(rig.input(account));
    assert.deepEqual(answer, { outcome: 'quoted' });
  });
});

import assert from 'node:assert/strict';
import { DeterminismViolationError } from '@temporalio/workflow';
import { bundleAltered, type Alteration } from '../support/altered-workflows.ts';
import { workflowBundle } from '../support/plan-change-rig.ts';
import { brokenReplays } from '../support/replay-histories.ts';
import { PATHS } from './paths.ts';
import { storedHistories, textsOf } from './stored-histories.ts';

describe('stored histories', () => {
  const histories = storedHistories();
  const named = (names: readonly string[]) => histories.filter(({ name }) => names.includes(name));

  it('are there for every path through the workflows', () => {
    const stored = histories.map(({ name }) => name);
    const missing = Object.keys(PATHS).filter((name) => !stored.includes(name));
    assert.deepEqual(missing, [], 'record them with `npx tsx test/replay/record.ts`');
  });

  it('all replay with the code as it is', async () => {
    const broken = await brokenReplays(await workflowBundle(), histories);
    assert.deepEqual(
      broken.map(({ workflowId, error }) => `${workflowId}: ${error.message}`),
      [],
    );
  });

  it('hold ids, enums, amounts, instants and hashes only', () => {
    // What the recorded accounts are called, where they live, what was said of them, and where it was recorded.
    const personal =
      /O'Brien|Zoë|North Main|Springfield|@example|another town|Dear |[\w.]+@[\w-]+\b(?!\/)|\/home\/|\/root\/|\/work\//i;
    assert.ok(textsOf(histories.map(({ json }) => json)).some((text) => text.includes('"fiber-plus"')));
    for (const { name, json } of histories) {
      const packages = /@temporalio\/[\w-]+@[\d.]+(\+[0-9a-f]+)?/g;
      const found = textsOf(json)
        .map((text) => text.replaceAll(packages, ''))
        .filter((text) => personal.test(text));
      assert.deepEqual(found, [], name);
    }
  });

  const alterations: [what: string, alteration: Alteration, names: string[]][] = [
    [
      'leaves a step out',
      {
        file: 'workflows/mails.ts',
        from: 'await mail.sendSummary({ planChangeId, customerId, mailId, now: workflowNow() });',
        to: '',
      },
      ['immediate', 'dated'],
    ],
    [
      'runs a step in another place',
      {
        file: 'workflows/plan-change-waits.ts',
        from: 'state.consentMethod = consent.method;',
        to: 'state.consentMethod = consent.method; await local.noteIgnoredCancellation(input);',
      },
      ['immediate', 'dated', 'rescheduled'],
    ],
    [
      'waits by another rule',
      {
        file: 'workflows/plan-change-waits.ts',
        from: "msUntil(activateAt ?? workflowNow()), { summary: 'activation date' }",
        to: '0',
      },
      ['dated', 'waiting-for-date'],
    ],
  ];
  for (const [what, alteration, names] of alterations) {
    it(`do not replay with code that ${what}`, async () => {
      const chosen = named(names);
      assert.equal(chosen.length, names.length);
      const broken = await brokenReplays(await bundleAltered([alteration]), chosen);
      assert.deepEqual(
        broken.map(({ workflowId }) => workflowId).sort(),
        chosen.map(({ workflowId }) => workflowId).sort(),
      );
      for (const { error } of broken) assert.ok(error instanceof DeterminismViolationError, error.message);
    });
  }
});

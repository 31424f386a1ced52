import assert from 'node:assert/strict';
import type { Operation } from '../../dev/chaos/documented-answers.ts';
import { takeAim } from '../../dev/chaos/fuzz/aims.ts';
import { createCoverage, notReached } from '../../dev/chaos/fuzz/coverage.ts';
import { createRandom } from '../../dev/chaos/random.ts';

/** As the document has them, with what is declared as not to be had by input. */
const LATE = [
  'recordConsent',
  'declinePlanChange',
  'cancelPlanChange',
  'requotePlanChange',
  'reschedulePlanChange',
];
const PENDING = ['openPlanChange', 'revertPlanChange', 'answerConsentPage', ...LATE];

describe('coverage of the fuzz', () => {
  const operation = (operationId: string, ...statuses: string[]): Operation => ({
    ...{ method: 'POST', path: `/${operationId}`, operationId, parameters: [] },
    ...{ body: undefined, form: undefined, security: undefined },
    responses: Object.fromEntries(statuses.map((status) => [status, {}])),
  });
  const declared = [
    ...PENDING.map((name) => operation(name, '200', '202', ...(LATE.includes(name) ? ['410'] : []))),
    operation('sendConsentLink', '202', '410'),
  ];
  const added = operation('addNote', '201', '404', '503');

  it('fails a run in which an operation never succeeded, and says which', () => {
    const coverage = createCoverage([...declared, added]);
    for (const one of declared) coverage.count(one, one.operationId === 'sendConsentLink' ? 202 : 200);
    coverage.count(added, 404);
    assert.deepEqual(notReached(coverage, 'successes'), ['addNote never had a 2xx']);
    coverage.count(added, 201);
    assert.deepEqual(notReached(coverage, 'successes'), []);
  });

  it('fails a whole run that never saw a documented status, but for those that no input leads to', () => {
    const coverage = createCoverage([...declared, added]);
    for (const one of declared) coverage.count(one, one.operationId === 'sendConsentLink' ? 202 : 200);
    coverage.count(added, 201);
    assert.deepEqual(notReached(coverage, 'everything'), ['addNote never answered 404, which is documented']);
    assert.match(coverage.format(), /^addNote +1 +0 +-$/m);
    coverage.count(added, 404);
    assert.deepEqual(notReached(coverage, 'everything'), []);
  });

  it('refuses to excuse a status that the document does not have', () => {
    const without = declared.filter(({ operationId }) => operationId !== 'revertPlanChange');
    assert.throws(() => createCoverage(without), /no 202 of revertPlanChange/);
  });

  it('leads to a success of each operation first, and gives up on what does not come', () => {
    const coverage = createCoverage([...declared, added]);
    const random = createRandom('a');
    const { status, aim } = takeAim(declared, coverage, random, 1);
    assert.match(status ?? '', /^2/);
    assert.equal(aim, 'fitting');
    const tried = Array.from({ length: 1_000 }, () => takeAim(declared, coverage, random, 1));
    assert.ok(tried.filter((one) => one.operation === added && one.status === '201').length <= 40);
    assert.ok(tried.some((one) => one.status === undefined));
  });
});

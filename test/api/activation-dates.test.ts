import assert from 'node:assert/strict';
import { problem as problemJson } from '../../api/schemas/common.ts';
import { planChange, type PlanChangeJson } from '../../api/schemas/plan-changes.ts';
import { createApiRig, type ApiAnswer, type ApiRig } from '../support/api-rig.ts';
import { dateIn, inDays } from '../support/local-calendar.ts';
import { expectProblem } from './expect-problem.ts';

const CHICAGO = 'America/Chicago';
const APIA = 'Pacific/Apia';
const YEAR = Number(dateIn(CHICAGO).slice(0, 4));
const commonYear = YEAR % 4 === 0 ? YEAR + 1 : YEAR;

describe('API: the date of a change', () => {
  let api: ApiRig;
  before(async () => {
    api = await createApiRig('api activation dates');
  });
  after(() => api.close());

  const open = async (date: string, timeZone: string): Promise<ApiAnswer> => {
    const { identificationId } = await api.identify(await api.stranger({ timeZone }));
    const activation = { when: 'on_date', date };
    return api.post('/v1/plan-changes', { identificationId, planCode: 'fiber-plus', activation });
  };
  const reschedule = ({ planChangeId }: PlanChangeJson, activation: object): Promise<ApiAnswer> =>
    api.post(`/v1/plan-changes/${planChangeId}/reschedule`, { activation });
  const now = async ({ planChangeId }: PlanChangeJson): Promise<PlanChangeJson> =>
    (await api.get(`/v1/plan-changes/${planChangeId}`)).read(planChange);

  const impossible: [what: string, date: string, timeZone: string, code: string][] = [
    ['yesterday', inDays(CHICAGO, -1), CHICAGO, 'activation-date-invalid'],
    ['today', inDays(CHICAGO, 0), CHICAGO, 'activation-date-invalid'],
    ['today in Samoa, whatever the date elsewhere', inDays(APIA, 0), APIA, 'activation-date-invalid'],
    ['the day that Samoa skipped', '2011-12-30', APIA, 'activation-date-invalid'],
    ['401 days ahead', inDays(CHICAGO, 401), CHICAGO, 'activation-date-invalid'],
    ['the end of time', '9999-12-31', CHICAGO, 'activation-date-invalid'],
    ['29 February of a common year', `${commonYear}-02-29`, CHICAGO, 'invalid-input'],
    ['31 November', `${commonYear}-11-31`, CHICAGO, 'invalid-input'],
    ['the year 0', '0000-01-01', CHICAGO, 'invalid-input'],
    ['an instant', new Date().toISOString(), CHICAGO, 'invalid-input'],
  ];
  const isRefused = (answer: ApiAnswer, code: string): void => {
    const { detail, errors } = expectProblem(answer, 422, code);
    if (code === 'activation-date-invalid') assert.match(detail, /from tomorrow to 400 days ahead/);
    else
      assert.deepEqual(
        errors?.map(({ pointer }) => pointer),
        ['/activation/date'],
      );
  };

  for (const [what, date, timeZone, code] of impossible) {
    it(`cannot be ${what}: nothing is opened, and what is scheduled stays as it is`, async () => {
      isRefused(await open(date, timeZone), code);
      const account = await api.stranger({ timeZone });
      const activation = { when: 'on_date', date: inDays(timeZone, 20) };
      const change = await api.changeOf(account, { activation });
      isRefused(await reschedule(change, { when: 'on_date', date }), code);
      assert.deepEqual(await now(change), change);
    });
  }

  for (const timeZone of [CHICAGO, APIA]) {
    it(`may be tomorrow and 400 days ahead (${timeZone})`, async () => {
      for (const days of [1, 400]) {
        const date = inDays(timeZone, days);
        const answer = await open(date, timeZone);
        assert.equal(answer.status, 201, answer.text);
        assert.equal(answer.read(planChange).activation.date, date);
      }
    });
  }

  it('cannot be moved once the change is applied, and the refusal says what it is', async () => {
    const change = await api.changeOf(await api.stranger());
    const later = { when: 'on_date', date: inDays(CHICAGO, 20) };
    const answer = await reschedule(change, later);
    const { code } = answer.read(problemJson);
    assert.match(code, /^(plan-change-closed|wrong-state)$/);
    const problem = expectProblem(answer, 409, code);
    assert.match(String(problem['planChangeStatus']), /^(activated|completed)$/);
  });
});

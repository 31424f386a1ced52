import assert from 'node:assert/strict';
import { checkBroken, itFinds } from './broken-system.ts';
import { useScenario, type ScenarioChanges } from './scenario.ts';

const CUSTOMER_OF = (id: string) => `(SELECT customer_id FROM plan_changes WHERE id = '${id}')`;

/** East of the date line it is at least a day later than west of it. */
const EAST = 'Pacific/Kiritimati';
const WEST = 'Pacific/Pago_Pago';
/** A quote for the day on which it was made in the east, under a promotion from that day on. */
const promotedInTheEast = ({ reverted }: ScenarioChanges, zoneOfThen: string, zoneNow: string) => `
  UPDATE quotes SET customer = customer || '{"timeZone":"${zoneOfThen}"}',
    effective_date = (created_at AT TIME ZONE '${EAST}')::date WHERE plan_change_id = '${reverted}';
  UPDATE promotions SET valid_from = q.effective_date, valid_until = q.effective_date + 1 FROM quotes q
    WHERE promotion_code = 'FIBER-10' AND q.plan_change_id = '${reverted}';
  UPDATE customers SET time_zone = '${zoneNow}' WHERE id = ${CUSTOMER_OF(reverted)}`;

describe('what the audit says of a customer as of then', () => {
  useScenario();

  it('finds nothing in a name that was corrected, in an account that moved to another zone', async () => {
    for (const check of ['I6', 'I9']) {
      const { findings, failure, looked } = await checkBroken({
        check,
        sql: ({ scheduled, dated, upgraded }) => `
          UPDATE customers SET time_zone = 'Pacific/Kiritimati', full_name = 'Zoe Corrected'
          WHERE id IN (${[scheduled, dated, upgraded].map(CUSTOMER_OF).join()})`,
      });
      assert.deepEqual([failure, findings], [null, []]);
      assert.ok(looked > 0);
    }
  });

  it('finds nothing in a promotion that ran where the customer lived then, whatever the zone of today', async () => {
    for (const zoneOfThen of [EAST, EAST.toLowerCase()]) {
      const { findings, failure } = await checkBroken({
        check: 'I20',
        sql: (changes) => promotedInTheEast(changes, zoneOfThen, WEST),
      });
      assert.deepEqual([failure, findings], [null, []]);
    }
  });

  itFinds([
    {
      check: 'I20',
      what: 'a promotion that did not run where the customer lived then, although it does today',
      sql: (changes) => promotedInTheEast(changes, WEST, EAST),
      finds: /^revert quote 1 has a promotion that did not run$/,
    },
    {
      check: 'I20',
      what: 'the same by the zone of today where that of then is none',
      sql: (changes) => promotedInTheEast(changes, 'No/Where', WEST),
      finds: /^revert quote 1 has a promotion that did not run$/,
    },
    {
      check: 'I9',
      what: 'another customer as the one to whom was quoted',
      sql: ({ waiting }) =>
        `UPDATE quotes SET customer = customer || '{"fullName":"John Doe"}' WHERE plan_change_id = '${waiting}'`,
      finds: /quote 1 is not as it was when its note was written/,
    },
    {
      check: 'I9',
      what: 'another customer as the one who agreed in a call',
      sql: ({ upgraded }) =>
        `UPDATE consents SET customer = customer || '{"accountNumber":"0000-OTHER"}' WHERE plan_change_id = '${upgraded}'`,
      finds: /the consent to quote 1 is not as it was when its note was written/,
    },
    {
      check: 'I9',
      what: 'no customer where one was kept',
      sql: ({ upgraded }) => `UPDATE consents SET customer = NULL WHERE plan_change_id = '${upgraded}'`,
      finds: /the consent to quote 1 is not as it was when its note was written/,
    },
    {
      check: 'I9',
      what: 'another zone of a dated quote',
      sql: ({ scheduled }) =>
        `UPDATE quotes SET customer = customer || '{"timeZone":"Pacific/Kiritimati"}' WHERE plan_change_id = '${scheduled}'`,
      finds: /quote 1 is not as it was when its note was written/,
    },
    {
      check: 'I6',
      what: 'an instant that is not the start of its date in the zone of then',
      sql: ({ scheduled }) =>
        `UPDATE quotes SET customer = customer || '{"timeZone":"Pacific/Kiritimati"}' WHERE plan_change_id = '${scheduled}'`,
      finds: /not the start of its date in the zone in which it was quoted/,
    },
  ]);
});

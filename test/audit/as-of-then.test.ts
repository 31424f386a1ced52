import assert from 'node:assert/strict';
import { checkBroken, itFinds } from './broken-system.ts';
import { useScenario } from './scenario.ts';

const CUSTOMER_OF = (id: string) => `(SELECT customer_id FROM plan_changes WHERE id = '${id}')`;

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

  itFinds([
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

import assert from 'node:assert/strict';
import type { HistoryDigest } from '../../dev/audit/history-digest.ts';
import type { Histories } from '../../dev/audit/histories.ts';
import { UPDATE } from '../../workflows/contract.ts';
import { checkBroken, itFinds } from './broken-system.ts';
import { alteredDigest } from './altered-histories.ts';
import { sharedScenario } from './scenario.ts';

describe('audit of histories that disagree or tell too much', () => {
  before(() => sharedScenario());

  itFinds([
    {
      check: 'I2',
      what: 'an activation that no message consents to',
      histories: (histories, { upgraded }) =>
        alteredDigest(histories, upgraded, ({ updates }) => ({
          updates: updates.filter(({ name }) => name !== UPDATE.recordConsent),
        })),
      finds: /^the history holds an activation that no earlier message consents to$/,
    },
    {
      check: 'I2',
      what: 'a consent that came after the activation had begun',
      histories: (histories, { upgraded }) =>
        alteredDigest(histories, upgraded, ({ updates }) => ({
          updates: updates.map((update) => ({ ...update, acceptedAt: 1_000 })),
        })),
      finds: /^the history holds an activation that no earlier message consents to$/,
    },
    {
      check: 'I2',
      what: 'evidence that is not the one of the history',
      sql: ({ upgraded, waiting }) => `
        INSERT INTO consent_evidence (id, plan_change_id, quote_hash, method, details, given_at)
          SELECT '00000000-0000-7000-8000-000000000001', plan_change_id, quote_hash, method, details, given_at
          FROM consent_evidence WHERE plan_change_id = '${upgraded}';
        UPDATE consents SET evidence_id = '00000000-0000-7000-8000-000000000001'
          WHERE plan_change_id = '${upgraded}' AND plan_change_id <> '${waiting}'`,
      finds: /^the consent in the history is not the one in the database$/,
    },
  ]);
});

import assert from 'node:assert/strict';
import type { MailKind, NoteAuthor } from '../../activities/ports.ts';
import type { RequestedActivation } from '../../domain/activation-date.ts';
import type { BillingInterval } from '../../domain/billing-cycle.ts';
import type { NoteKind } from '../../domain/note-kinds.ts';
import {
  HOLD_REASONS,
  PLAN_CHANGE_STATUSES,
  TRANSITIONS,
  type PlanChangeStatus,
} from '../../domain/plan-change-status.ts';
import { EMAIL_STATUSES } from '../../domain/email-status.ts';
import type { AccountFacts, Technology } from '../../domain/plan-change-terms.ts';
import type { QuoteLine } from '../../domain/quote.ts';
import type { RecordConsentInput } from '../../workflows/contract.ts';
import { createRig, type Rig } from '../support/plan-change-rig.ts';

/** Members of a union type; the compiler refuses one too many and one too few. */
function members<T extends string>(of: Readonly<Record<T, true>>): string[] {
  return Object.keys(of).sort();
}

const NOTE_KINDS = members<NoteKind>({
  ...{ quoted: true, rejected: true, requoted: true, rescheduled: true, consent_accepted: true },
  ...{ scheduled: true, plan_applied: true, verified: true, held: true, compensated: true },
  ...{ declined: true, cancelled: true, replaced: true, expired: true, failed: true },
  ...{ cancellation_ignored: true, consent_requested: true, consent_reminder: true },
  ...{ email_given_up: true, notice_given_up: true, notice_superseded: true, completed: true },
});

/** Kinds of notes that are not written by a step, but by the API, a webhook or a repair. */
const OTHER_NOTE_KINDS = [
  ...['identified', 'identification_failed', 'options_discussed', 'consent_refused', 'consent_link_closed'],
  'confirmed',
  ...['email_delivered', 'email_undeliverable', 'repaired', 'remark'],
];

describe('names in TypeScript and in PostgreSQL', () => {
  let rig: Rig;
  before(async () => {
    rig = await createRig('enums');
  });
  after(() => rig.close());

  const labels = async (type: string): Promise<string[]> => {
    const { rows } = await rig.knex.raw<{ rows: { label: string }[] }>(
      `SELECT e.enumlabel AS label FROM pg_enum e JOIN pg_type t ON t.oid = e.enumtypid WHERE t.typname = ?`,
      [type],
    );
    return rows.map(({ label }) => label).sort();
  };

  const enums: [type: string, members: readonly string[]][] = [
    ['plan_change_status', PLAN_CHANGE_STATUSES],
    ['hold_reason', HOLD_REASONS],
    ['email_status', EMAIL_STATUSES],
    ['note_kind', [...NOTE_KINDS, ...OTHER_NOTE_KINDS]],
    [
      'activation_when',
      members<RequestedActivation['when']>({ immediately: true, on_date: true, end_of_cycle: true }),
    ],
    ['line_kind', members<QuoteLine['kind']>({ credit: true, charge: true, fee: true })],
    ['consent_method', members<RecordConsentInput['method']>({ verbal: true, written: true })],
    ['billing_interval', members<BillingInterval>({ month: true, year: true })],
    ['technology', members<Technology>({ none: true, dsl: true, fiber: true })],
    [
      'customer_status',
      members<AccountFacts['accountStatus']>({ active: true, suspended: true, closed: true }),
    ],
    ['author_type', members<NoteAuthor['type']>({ agent: true, customer: true, ops: true, system: true })],
    [
      'email_kind',
      members<MailKind>({
        ...{ summary: true, consent_request: true, consent_reminder: true },
        ...{ held: true, expired: true, cancelled: true, replaced: true, failed: true },
      }),
    ],
  ];
  it('which status may follow which is the same in both', async () => {
    const { rows } = await rig.knex.raw<{ rows: { was: PlanChangeStatus; becomes: PlanChangeStatus }[] }>(
      `SELECT was, becomes FROM unnest(enum_range(NULL::plan_change_status)) was, unnest(enum_range(NULL::plan_change_status)) becomes
       WHERE plan_change_may_follow(was, becomes) ORDER BY was::text, becomes::text`,
    );
    const pairs = PLAN_CHANGE_STATUSES.flatMap((was) =>
      TRANSITIONS[was].map((becomes) => `${was} → ${becomes}`),
    );
    assert.deepEqual(
      rows.map(({ was, becomes }) => `${was} → ${becomes}`),
      pairs.sort(),
    );
  });

  for (const [type, names] of enums) {
    it(`${type} is the same in both`, async () => {
      assert.deepEqual(await labels(type), [...names].sort());
    });
  }
});

import { isoInstant } from '../../../db/sql.ts';
import { compareTimes, type TimedFacts } from '../../../evidence/compare-times.ts';
import type { CheckContext, Finding } from '../check.ts';
import { finding } from '../check.ts';

const ID = 'I9';
const AT_ONCE = 500;
const NO_CHANGE = '00000000-0000-0000-0000-000000000000';

interface ChangeRow {
  readonly id: string;
  readonly customer_id: string;
  readonly facts: TimedFacts;
}

const list = (object: string, from: string): string =>
  `(SELECT coalesce(jsonb_agg(jsonb_build_object(${object})), '[]') FROM ${from})`;

const POSTING = `'quoteRevision', l.quote_revision, 'reversal', l.reversal, 'postedAt', ${isoInstant('l.posted_at')}`;

/** The note of an identification is the first of its agent from then on; it has no change. */
const CHANGES = `
  SELECT pc.id, pc.customer_id, jsonb_build_object('status', pc.status, 'openedAt', ${isoInstant('pc.opened_at')},
    'appliedAt', ${isoInstant('pc.applied_at')}, 'confirmedAt', ${isoInstant('pc.confirmed_at')}, 'closedAt', ${isoInstant('pc.closed_at')},
    'identifiedAt', ${isoInstant('i.verified_at')},
    'identificationNotedAt', (SELECT ${isoInstant('min(n.created_at)')} FROM account_notes n WHERE n.customer_id = i.customer_id
      AND n.kind = 'identified' AND n.author_id = i.agent_id::text AND n.created_at >= i.verified_at),
    'transitions', ${list(`'status', t.status, 'at', ${isoInstant('t.at')}`, 'plan_change_transitions t WHERE t.plan_change_id = pc.id')},
    'quotes', ${list(
      `'revision', q.revision, 'createdAt', ${isoInstant('q.created_at')}, 'termsPublishedAt', ${isoInstant('t.published_at')}`,
      'quotes q JOIN terms t ON t.version = q.terms_version WHERE q.plan_change_id = pc.id',
    )},
    'consents', ${list(
      `'quoteRevision', q.revision, 'receivedAt', ${isoInstant('e.received_at')}`,
      `consents k JOIN consent_evidence e ON e.id = k.evidence_id
       JOIN quotes q ON (q.plan_change_id, q.hash) = (k.plan_change_id, k.quote_hash) WHERE k.plan_change_id = pc.id`,
    )},
    'postings', ${list(POSTING, 'charges l WHERE l.plan_change_id = pc.id')}
      || ${list(POSTING, 'balance_entries l WHERE l.plan_change_id = pc.id')},
    'mails', ${list(
      `'kind', m.kind, 'createdAt', ${isoInstant('m.created_at')}, 'acceptedAt', ${isoInstant('m.accepted_at')}, 'toldAt',
        (SELECT coalesce(jsonb_agg(${isoInstant('e.received_at')}), '[]') FROM email_events e WHERE e.outbox_id = m.id)`,
      'email_outbox m WHERE m.plan_change_id = pc.id',
    )},
    'notes', (SELECT coalesce(jsonb_agg(jsonb_build_object('kind', n.kind, 'revision', n.revision, 'body', n.body,
        'createdAt', ${isoInstant('n.created_at')}) ORDER BY n.sequence), '[]')
      FROM account_notes n WHERE n.plan_change_id = pc.id)) AS facts
  FROM plan_changes pc JOIN identifications i ON i.id = pc.identification_id
  WHERE pc.id > $1 ORDER BY pc.id LIMIT $2`;

/** Every instant that the database has of a change is the one that its notes tell of, which are chained. */
export async function timesAsNoted(context: CheckContext): Promise<Finding[]> {
  const findings: Finding[] = [];
  for (let after = NO_CHANGE; ;) {
    const changes = await context.query<ChangeRow>(CHANGES, [after, AT_ONCE]);
    for (const { id, customer_id, facts } of changes) {
      const { looked, problems } = compareTimes(facts);
      context.looked(looked);
      findings.push(...problems.map((what) => finding(ID, what, { plan_change_id: id, customer_id })));
    }
    const last = changes.at(-1);
    if (!last || changes.length < AT_ONCE) return findings;
    after = last.id;
  }
}

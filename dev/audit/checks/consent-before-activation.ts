import type { RecordConsentInput } from '../../../workflows/contract.ts';
import { UPDATE } from '../../../workflows/contract.ts';
import type { Check, CheckContext, Finding } from '../check.ts';
import { applyRules, finding } from '../check.ts';
import { planChangeIdOf, type BegunStep, type HistoryDigest } from '../history-digest.ts';
import type { Histories } from '../histories.ts';
import { appendOnlyForApp, guardsInForce } from './guards.ts';
import { isOvertaken } from './receipts-in-histories.ts';

/** An activation is a set of posted lines: also one that was taken back needed a consent. */
const CONSENT_OF_ACTIVATION = `
  SELECT pc.id, pc.customer_id, CASE
    WHEN k.id IS NULL THEN format('quote %s was activated without a consent for its hash', a.quote_revision)
    WHEN e.id IS NULL OR e.plan_change_id <> pc.id OR e.quote_hash <> q.hash OR e.method <> k.method
      THEN format('the evidence of the consent to quote %s belongs to something else', a.quote_revision)
    WHEN k.accepted_at >= q.expires_at THEN format('the consent to quote %s came after the quote expired', a.quote_revision)
    WHEN k.created_at > a.posted_at OR e.received_at > a.posted_at
      OR (a.quote_revision = pc.quote_revision AND k.accepted_at > pc.applied_at)
      THEN format('the consent to quote %s is later than its activation', a.quote_revision)
    WHEN EXISTS (SELECT 1 FROM quotes later WHERE later.plan_change_id = pc.id
                 AND later.revision > a.quote_revision AND later.created_at < a.posted_at)
      THEN format('quote %s was superseded before it was activated', a.quote_revision) END
  FROM (SELECT plan_change_id, quote_revision, min(posted_at) AS posted_at FROM charges WHERE NOT reversal
        GROUP BY plan_change_id, quote_revision) AS a
  JOIN plan_changes pc ON pc.id = a.plan_change_id
  JOIN quotes q ON q.plan_change_id = pc.id AND q.revision = a.quote_revision
  LEFT JOIN consents k ON k.plan_change_id = pc.id AND k.quote_hash = q.hash
  LEFT JOIN consent_evidence e ON e.id = k.evidence_id`;

const APPLIED_WITH_CONSENT = `
  SELECT pc.id, pc.customer_id,
    CASE WHEN k.id IS NULL THEN 'the change is applied without a consent for the hash of its quote' END
  FROM plan_changes pc
  LEFT JOIN quotes q ON q.plan_change_id = pc.id AND q.revision = pc.quote_revision
  LEFT JOIN consents k ON k.plan_change_id = pc.id AND k.quote_hash = q.hash
  WHERE pc.applied_at IS NOT NULL OR EXISTS (SELECT 1 FROM subscription_periods p WHERE p.plan_change_id = pc.id)`;

export const consentBeforeActivation: Check = {
  id: 'I2',
  title: 'consent to the same quote hash before activation, in time, not superseded',
  run: async (context) => [
    ...(await guardsInForce(context, 'I2', [
      { kind: 'constraint', table: 'consents', name: 'consents_plan_change_id_quote_hash_key' },
      { kind: 'constraint', table: 'consents', name: 'consents_plan_change_id_quote_hash_fkey' },
      { kind: 'constraint', table: 'consents', name: 'consents_evidence_id_fkey' },
      { kind: 'constraint', table: 'charges', name: 'charges_plan_change_id_quote_hash_fkey' },
      { kind: 'constraint', table: 'charges', name: 'charges_plan_change_id_quote_revision_quote_hash_fkey' },
      { kind: 'trigger', table: 'consents', name: 'consents_in_time' },
      { kind: 'trigger', table: 'consents', name: 'consents_append_only' },
    ])),
    ...(await appendOnlyForApp(context, 'I2', ['consents'])),
    ...(await applyRules(context, 'I2', [{ sql: CONSENT_OF_ACTIVATION }, { sql: APPLIED_WITH_CONSENT }])),
    ...(await consentInHistories(context)),
  ],
};

/**
 * The history must tell the same: a consent came before the activation, and the database kept its evidence. A
 * message can be lost with its server after its step committed; the workflow then found itself overtaken, and
 * the database alone knows the consent.
 */
async function consentInHistories(context: CheckContext): Promise<Finding[]> {
  const { histories } = context;
  if (!histories) return [];
  const applied = await appliedInDatabase(context, histories);
  const activations = [...histories.digests.flatMap(activationsOf), ...applied.earlier];
  const kept = await context.query<{ plan_change_id: string; quote_hash: string; evidence_id: string }>(
    'SELECT plan_change_id, quote_hash, evidence_id FROM consents WHERE plan_change_id = ANY ($1::uuid[])',
    [activations.map(({ digest }) => digest.planChangeId)],
  );
  const known = new Set(kept.map((row) => `${row.plan_change_id} ${row.quote_hash} ${row.evidence_id}`));
  const overtaken = activations.filter(({ isOvertaken }) => isOvertaken);
  context.looked(activations.length - overtaken.length);
  context.unchecked('activations whose consent message was lost with its server', overtaken.length);
  const inHistories = activations.flatMap(({ digest, consent, agreedHash, isOvertaken }) => {
    const about = { plan_change_id: digest.planChangeId, customer_id: digest.customerId };
    if (isOvertaken) return [];
    if (!consent || (agreedHash !== undefined && agreedHash !== consent.quoteHash))
      return [finding('I2', 'the history holds an activation that no earlier message consents to', about)];
    return known.has(`${digest.planChangeId} ${consent.quoteHash} ${consent.evidenceId}`)
      ? []
      : [finding('I2', 'the consent in the history is not the one in the database', about)];
  });
  return [...applied.findings, ...inHistories];
}

interface AppliedRow {
  readonly id: string;
  readonly customer_id: string;
}

/** Also what was taken back was applied. */
const APPLIED = `
  SELECT pc.id, pc.customer_id FROM plan_changes pc WHERE pc.id = ANY ($1::uuid[]) AND (pc.applied_at IS NOT NULL
    OR EXISTS (SELECT 1 FROM charges c WHERE c.plan_change_id = pc.id AND NOT c.reversal)
    OR EXISTS (SELECT 1 FROM balance_entries b WHERE b.plan_change_id = pc.id AND NOT b.reversal))`;

/**
 * The other way round: what the database has as applied, the history holds an activation of. Where a reset or a
 * repair has left several runs, an earlier one may hold it; its consent is then compared there.
 */
async function appliedInDatabase(
  context: CheckContext,
  histories: Histories,
): Promise<{ readonly findings: readonly Finding[]; readonly earlier: readonly Activation[] }> {
  const own = new Map(
    histories.digests
      .filter(({ workflowId }) => planChangeIdOf(workflowId) !== null)
      .map((digest) => [digest.planChangeId, digest]),
  );
  const rows = await context.query<AppliedRow>(APPLIED, [[...own.keys()]]);
  context.looked(rows.length);
  const findings: Finding[] = [];
  const earlier: Activation[] = [];
  let lost = 0;
  let restless = 0;
  for (const { id, customer_id } of rows) {
    const digest = own.get(id);
    if (!digest || activationsOf(digest).length > 0) continue;
    const runs = await histories.runsOf(digest.workflowId);
    const begun = runs.flatMap(begunActivationsOf);
    if (begun.length > 0) earlier.push(...begun);
    else if (runs.some((run) => isOvertaken(run) || run.isCutOff)) lost += 1;
    else if ((await histories.describe(digest.workflowId))?.isBusy) restless += 1;
    else
      findings.push(
        finding('I2', 'it is applied, and its history holds no activation', {
          plan_change_id: id,
          customer_id,
        }),
      );
  }
  context.unchecked('activations of which a lost history told', lost);
  context.unchecked('applied changes that have work under way', restless);
  return { findings, earlier };
}

interface Activation {
  readonly digest: HistoryDigest;
  /** The last consent before it. */
  readonly consent: RecordConsentInput | undefined;
  /** The hash it was told to apply; a dated activation is told none. */
  readonly agreedHash: string | undefined;
  readonly isOvertaken: boolean;
}

function activationsOf(digest: HistoryDigest): Activation[] {
  return digest.steps
    .filter((step) => step.name === 'activatePlan' && step.result?.['outcome'] === 'applied')
    .map((step) => activation(digest, step));
}

/** Also one whose answer came too late, or is on its way: the database has it as applied. */
function begunActivationsOf(digest: HistoryDigest): Activation[] {
  return digest.begun
    .filter(({ name }) => name === 'activatePlan')
    .map((step) => activation(digest, step))
    .concat(activationsOf(digest));
}

function activation(digest: HistoryDigest, { input, scheduledAt }: BegunStep): Activation {
  return {
    digest,
    consent: digest.updates.findLast(
      ({ name, acceptedAt }) => name === UPDATE.recordConsent && acceptedAt < scheduledAt,
    )?.input as RecordConsentInput | undefined,
    agreedHash: (input as { consent?: { quoteHash?: string } | null } | undefined)?.consent?.quoteHash,
    isOvertaken: digest.steps.some(
      (step) => step.result?.['outcome'] === 'overtaken' && step.scheduledAt < scheduledAt,
    ),
  };
}

import { everyContactDataOf } from '../db/read-models/contact-data.ts';
import { evidenceRecord } from '../db/read-models/evidence.ts';
import { SCHEMA_VERSION } from '../db/migrations/index.ts';
import { formatClockTime } from '../domain/calendar.ts';
import { DomainError } from '../domain/domain-error.ts';
import { runChecks } from '../evidence/all-checks.ts';
import { maskEvidence } from '../evidence/mask.ts';
import { PRESENT_FORMAT, type EvidenceBundle, type PresentPayload } from '../evidence/payload.ts';
import { PRODUCT } from '../evidence/product.ts';
import { recordingEnd } from '../evidence/recording-end.ts';
import { sealEvidence } from '../evidence/seal.ts';
import type { SigningKey } from '../evidence/signing-key.ts';
import type { Agent } from './auth.ts';
import type { ApiDeps } from './deps.ts';

const INSTANT = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?(?:Z|[+-]\d{2}:\d{2})$/;

/**
 * The signed bundle of a change as it stands now; an auditor gets the masked copy. The whole record is checked first
 * and the results are signed with it, so that no sentence of the page says what the record does not show. A record
 * that does not hold together is signed all the same: it is evidence of that.
 */
export async function makeEvidence(
  deps: Pick<ApiDeps, 'knex' | 'company' | 'evidence'>,
  key: SigningKey,
  agent: Agent,
  planChangeId: string,
): Promise<EvidenceBundle> {
  const keys = [key, ...deps.evidence.retired];
  const record = await evidenceRecord(deps.knex, planChangeId, { keys, readerId: agent.agentId });
  const draft: PresentPayload = {
    format: PRESENT_FORMAT,
    copy: 'full',
    generatedAt: new Date().toISOString(),
    generatedFor: { agentId: agent.agentId, role: agent.role },
    product: { ...PRODUCT, schema: SCHEMA_VERSION },
    company: deps.company,
    ...record,
    localTimes: {},
    checks: [],
  };
  const payload = {
    ...draft,
    localTimes: localTimesOf([draft, recordingEnds(draft)], record.customer.timeZone),
  };
  const checks = runChecks({ payload, keys });
  const full = { ...payload, checks };
  if (agent.role !== 'auditor') return sealEvidence(full, key);
  const known = await everyContactDataOf(deps.knex, record.customer.customerId);
  return sealEvidence(maskEvidence(full, known), key);
}

/** Nowhere in the record itself, and told by the page. */
function recordingEnds({ consents, notAccepted }: PresentPayload): (string | null)[] {
  return [...consents.map(({ evidence }) => evidence), ...notAccepted].map(recordingEnd);
}

/** Every instant of the payload by the customer's clock: a reader needs no time-zone data, and later data changes nothing. */
function localTimesOf(value: unknown, timeZone: string): Record<string, string> {
  if (typeof value === 'string') return INSTANT.test(value) ? localTimeOf(value, timeZone) : {};
  if (typeof value !== 'object' || value === null) return {};
  return Object.assign({}, ...Object.values(value).map((member) => localTimesOf(member, timeZone))) as Record<
    string,
    string
  >;
}

/** A day that is none in the calendar, or beyond it by the customer's clock, is shown as it is on record. */
function localTimeOf(instant: string, timeZone: string): Record<string, string> {
  try {
    return { [instant]: formatClockTime(instant, timeZone) };
  } catch (error) {
    if (error instanceof DomainError) return {};
    throw error;
  }
}

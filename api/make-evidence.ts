import { evidenceRecord } from '../db/read-models/evidence.ts';
import { SCHEMA_VERSION } from '../db/migrations/index.ts';
import { formatClockTime } from '../domain/calendar.ts';
import { maskEvidence } from '../evidence/mask.ts';
import type { EvidenceBundle, EvidencePayload } from '../evidence/payload.ts';
import { PRODUCT } from '../evidence/product.ts';
import { sealEvidence } from '../evidence/seal.ts';
import type { SigningKey } from '../evidence/signing-key.ts';
import type { Agent } from './auth.ts';
import type { ApiDeps } from './deps.ts';

const INSTANT = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?(?:Z|[+-]\d{2}:\d{2})$/;

/** The signed bundle of a change as it stands now; an auditor gets the masked copy. */
export async function makeEvidence(
  deps: Pick<ApiDeps, 'knex' | 'company'>,
  key: SigningKey,
  agent: Agent,
  planChangeId: string,
): Promise<EvidenceBundle> {
  const record = await evidenceRecord(deps.knex, planChangeId);
  const payload: EvidencePayload = {
    format: 'plan-change-evidence/1',
    copy: 'full',
    generatedAt: new Date().toISOString(),
    generatedFor: { agentId: agent.agentId, role: agent.role },
    product: { ...PRODUCT, schema: SCHEMA_VERSION },
    company: deps.company,
    ...record,
    localTimes: {},
  };
  const localTimes = localTimesOf(payload, record.customer.timeZone);
  const full = { ...payload, localTimes };
  return sealEvidence(agent.role === 'auditor' ? maskEvidence(full) : full, key);
}

/** Every instant of the payload by the customer's clock: a reader needs no time-zone data, and later data changes nothing. */
function localTimesOf(value: unknown, timeZone: string): Record<string, string> {
  if (typeof value === 'string')
    return INSTANT.test(value) ? { [value]: formatClockTime(value, timeZone) } : {};
  if (typeof value !== 'object' || value === null) return {};
  return Object.assign({}, ...Object.values(value).map((member) => localTimesOf(member, timeZone))) as Record<
    string,
    string
  >;
}

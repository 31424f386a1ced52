import type { AgentRole } from '../../dev/seed/seed-agents.ts';

/** What a request names that not everybody may act on. */
export type Named = 'nothing' | 'customer' | 'change' | 'identification';

/** What one operation answers, by who asks. */
export interface AccessRow {
  /** `public`: without a key, whatever comes with the request. */
  readonly roles: readonly AgentRole[] | 'public';
  readonly names: Named;
  /** Who may call it, on a customer they have identified, with the sample body: this status. */
  readonly allowed: number;
  /** What a request without a key is answered, where that is not 401. */
  readonly withoutKey?: number;
}

const SERVING: readonly AgentRole[] = ['agent', 'supervisor'];
const WITH_OPS: readonly AgentRole[] = [...SERVING, 'ops'];
const WITH_AUDITOR: readonly AgentRole[] = [...SERVING, 'auditor'];
const EVERYONE: readonly AgentRole[] = [...SERVING, 'ops', 'auditor'];

const row = (roles: AccessRow['roles'], names: Named, allowed: number): AccessRow => ({
  roles,
  names,
  allowed,
});

/** The table of roles, written down a second time, by operationId: an operation without a row here fails. */
export const ACCESS_TABLE: Readonly<Record<string, AccessRow>> = {
  identifyCustomer: row(SERVING, 'nothing', 201),
  getIdentification: row(SERVING, 'identification', 200),
  listPlans: row(EVERYONE, 'nothing', 200),
  getTerms: row('public', 'nothing', 200),
  recommendPlans: row(SERVING, 'identification', 200),
  openPlanChange: row(SERVING, 'identification', 409),
  listPlanChanges: row(EVERYONE, 'nothing', 200),
  getPlanChange: row(EVERYONE, 'change', 200),
  revertPlanChange: row(SERVING, 'change', 409),
  listCustomerPlanChanges: row(EVERYONE, 'customer', 200),
  recordConsent: row(SERVING, 'change', 409),
  declinePlanChange: row(SERVING, 'change', 200),
  cancelPlanChange: row(WITH_OPS, 'change', 200),
  requotePlanChange: row(WITH_OPS, 'change', 200),
  reschedulePlanChange: row(SERVING, 'change', 200),
  confirmPlanChange: row(SERVING, 'change', 409),
  sendConsentLink: row(SERVING, 'change', 202),
  listNotes: row(EVERYONE, 'customer', 200),
  addNote: row(SERVING, 'customer', 201),
  getStatement: row(WITH_AUDITOR, 'customer', 200),
  getWorkSummary: row(EVERYONE, 'nothing', 200),
  getEvidence: row(WITH_AUDITOR, 'change', 200),
  listEvidenceKeys: row('public', 'nothing', 200),
  signIn: row('public', 'nothing', 201),
  getSession: { ...row(EVERYONE, 'nothing', 200), withoutKey: 204 },
  signOut: row('public', 'nothing', 204),
  streamPlanChangeEvents: row(EVERYONE, 'change', 200),
  showConsentPage: row('public', 'nothing', 410),
  answerConsentPage: row('public', 'nothing', 410),
  showConsentTerms: row('public', 'nothing', 410),
  receiveSendgridEvents: row('public', 'nothing', 403),
  getMetrics: row('public', 'nothing', 200),
  getLiveness: row('public', 'nothing', 200),
  getReadiness: row('public', 'nothing', 200),
};

/** Operations of a document that have no row, and rows that have no operation. */
export function unmatched(operationIds: readonly string[]): {
  withoutRow: string[];
  withoutOperation: string[];
} {
  return {
    withoutRow: operationIds.filter((id) => !(id in ACCESS_TABLE)),
    withoutOperation: Object.keys(ACCESS_TABLE).filter((id) => !operationIds.includes(id)),
  };
}

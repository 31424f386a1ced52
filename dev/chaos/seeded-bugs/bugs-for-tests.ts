import type { SeededBug } from './seeded-bug.ts';

/** Where the campaign does not come, the tests that must notice. */
export const BUGS_FOR_TESTS: readonly SeededBug[] = [
  {
    name: 'repair cancels what is applied',
    file: 'dev/audit/repair/decide.ts',
    from: "if (status === 'activated' || facts.mismatches.length === 0) return { kind: 'finish' };",
    to: "if (status === 'activated' || facts.mismatches.length === 0) return { kind: 'cancel' };",
    by: 'test/audit/repair.test.ts',
    expect: ['finishes what is'],
  },
  {
    name: 'the audit asks for no workflow of what has ended',
    file: 'dev/audit/checks/no-orphans.ts',
    from: 'return isOpen || row.is_kept ?',
    to: 'return isOpen ?',
    by: 'test/audit/without-history.test.ts',
    expect: ['I14 finds a change that has ended and has no workflow: upgraded'],
  },
  {
    name: 'a proof bundle verifies whatever was signed',
    file: 'evidence/verify.ts',
    from: '...(isSignedBy(signature, canonicalJson(payload), signature.value)',
    to: '...(isSignedBy(signature, canonicalJson(payload), signature.value) || payload !== undefined',
    by: 'test/evidence/proof-bundle.test.ts',
    expect: ['by what was charged'],
  },
  {
    name: 'an agent has no limit',
    file: 'api/rate-limits.ts',
    from: "const perAgent = limitOf('agent', figures.agentRequestsPerMinute, 'An agent');",
    to: "const perAgent = limitOf('agent', figures.agentRequestsPerMinute * 1_000, 'An agent');",
    by: 'test/api/limits.test.ts',
    expect: ['of an agent: every answer says what is left, then 429'],
  },
  {
    name: 'ops may give consent',
    file: 'api/auth.ts',
    from: "serving: ['agent', 'supervisor'],",
    to: "serving: ['agent', 'supervisor', 'ops'],",
    by: 'test/api/access-matrix.test.ts',
    expect: ['ops, who has identified the customer'],
  },
  {
    name: 'a reversal needs no original',
    file: 'db/migrations/021-reversals.ts',
    from: 'IF NEW.reversal AND NOT EXISTS (',
    to: 'IF NEW.amount_minor = 0 AND NOT EXISTS (',
    by: 'test/db/reversals.test.ts',
    expect: ['take nothing from a balance by a quote that was agreed to'],
  },
  {
    name: 'the audit looks at the balance of the quote in force alone',
    file: 'dev/audit/checks/reversals.ts',
    from: "WHEN original.n <> 1 THEN format('the reversal of the balance entry",
    to: "WHEN original.n > 1 THEN format('the reversal of the balance entry",
    by: 'test/audit/broken-money.test.ts',
    expect: ['I8 finds money taken from a balance by an earlier quote'],
  },
  ...[
    { name: 'a credit is halved', to: ': uncappedMinor / 2n;' },
    { name: 'a credit is a cent short', to: ': uncappedMinor - (uncappedMinor > 0n ? 1n : 0n);' },
  ].map(({ name, to }) => ({
    name,
    file: 'domain/proration.ts',
    from: ': uncappedMinor;',
    to,
    by: 'test/audit/sound-system.test.ts' as const,
    expect: ['I4 looks, as the auditor, and finds nothing'],
  })),
];

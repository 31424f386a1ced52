/** What a client remembers of one acknowledged request, to ask for it again. */
export interface Acknowledged {
  readonly path: string;
  readonly body: unknown;
  readonly key: string;
  readonly as: string;
  readonly status: number;
  readonly text: string;
}

export interface Violation {
  /** An invariant of docs/ARCHITECTURE.md, or `oracle` for a wrong figure. */
  readonly check: string;
  readonly what: string;
  readonly planChangeId?: string;
}

/** Everything that the driver saw: what was acknowledged, what was wrong, how long it took. */
export interface CampaignRecord {
  readonly acknowledged: Acknowledged[];
  readonly violations: Violation[];
  /** What should have happened in the campaign itself and did not: no fault of the product, and no proof either. */
  readonly undone: string[];
  /** Checks that need dealings of a kind (NEEDS in audit-at-rest.ts) and were given them. */
  readonly given: Set<string>;
  /** How each change must have ended once all is quiet: one of these statuses. */
  readonly ends: Map<string, readonly string[]>;
  /** Requests under way, each resolved when it is answered for good. */
  readonly underWay: Set<Promise<void>>;
  requests: number;
  slowestMs: number;
  violate(check: string, what: string, planChangeId?: string): void;
}

export function createRecord(): CampaignRecord {
  const violations: Violation[] = [];
  return {
    acknowledged: [],
    violations,
    undone: [],
    given: new Set(),
    ends: new Map(),
    underWay: new Set(),
    requests: 0,
    slowestMs: 0,
    violate(check, what, planChangeId) {
      violations.push({ check, what, ...(planChangeId !== undefined && { planChangeId }) });
    },
  };
}

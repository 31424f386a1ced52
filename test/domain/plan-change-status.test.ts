import assert from 'node:assert/strict';
import {
  isTerminal,
  mayFollow,
  PLAN_CHANGE_STATUSES,
  TRANSITIONS,
  type PlanChangeStatus,
} from '../../domain/plan-change-status.ts';

/** The agreed table, with the ways from a wait into a step that is held or fails (docs/ARCHITECTURE.md). */
const FOLLOWERS: Record<PlanChangeStatus, string> = {
  quoting: 'awaiting_consent rejected',
  awaiting_consent: 'activating cancelled declined expired failed held scheduled',
  scheduled: 'activating awaiting_consent cancelled failed held',
  activating: 'activated failed held',
  held: 'awaiting_consent cancelled expired',
  activated: 'completed',
  completed: '',
  rejected: '',
  declined: '',
  expired: '',
  cancelled: '',
  failed: '',
};

describe('plan change status', () => {
  for (const from of PLAN_CHANGE_STATUSES) {
    it(`${from} leads to ${FOLLOWERS[from] || 'nothing'}`, () => {
      const followers = PLAN_CHANGE_STATUSES.filter((to) => mayFollow(from, to));
      assert.equal(followers.sort().join(' '), FOLLOWERS[from]);
    });
  }

  it('is terminal where nothing follows', () => {
    const terminal = PLAN_CHANGE_STATUSES.filter((status) => isTerminal(status));
    assert.deepEqual([...terminal].sort(), [
      'cancelled',
      'completed',
      'declined',
      'expired',
      'failed',
      'rejected',
    ]);
  });

  it('can always come to an end', () => {
    const endsFrom = (status: PlanChangeStatus, seen: ReadonlySet<PlanChangeStatus>): boolean =>
      isTerminal(status) ||
      TRANSITIONS[status].some((next) => !seen.has(next) && endsFrom(next, new Set([...seen, next])));
    for (const status of PLAN_CHANGE_STATUSES) assert.ok(endsFrom(status, new Set([status])), status);
  });

  it('can be reached from the start', () => {
    const reached = new Set<PlanChangeStatus>(['quoting']);
    for (const status of reached) for (const next of TRANSITIONS[status]) reached.add(next);
    assert.deepEqual([...reached].sort(), [...PLAN_CHANGE_STATUSES].sort());
  });
});

import type { Tap } from './faulty-link.ts';

/** The durable steps whose commit can be waited for. */
export const STEPS = [
  'openPlanChange',
  'activatePlan',
  'verifyActivation',
  'scheduleActivation',
  'closePlanChange',
  'requotePlanChange',
  'sendSummary',
] as const;
export type Step = (typeof STEPS)[number];

export interface TrapPlan {
  /** Undefined: the first commit that comes. */
  readonly step: Step | undefined;
  readonly when: 'before commit' | 'after commit';
  /** Whether the two ends are parted there: the client never learns what became of its commit. */
  readonly parts: boolean;
  readonly spring: () => void;
}

export interface CommitTrap {
  /** For each connection of the link. */
  readonly makeTap: () => Tap;
  /** The next commit that fits springs it, once. */
  arm(plan: TrapPlan): void;
  /** True when it had not sprung. */
  disarm(): boolean;
}

/** Messages of PostgreSQL's protocol as the driver sends them and as the server answers: type, length, text. */
const BEGIN = Buffer.from('BEGIN;');
const COMMIT = message('Q', 'COMMIT;\0');
const COMMITTED = message('C', 'COMMIT\0');

/**
 * Sees on the wire which step a connection is about to commit (a step's transaction writes a receipt with its
 * name) and springs exactly before the server gets the COMMIT, or after it has committed and before the client
 * hears of it. The product knows nothing of this.
 */
export function createCommitTrap(): CommitTrap {
  let armed: TrapPlan | undefined;
  const spring = (plan: TrapPlan): void => {
    armed = undefined;
    plan.spring();
  };
  return {
    arm(plan) {
      armed = plan;
    },
    disarm() {
      const wasArmed = armed !== undefined;
      armed = undefined;
      return wasArmed;
    },
    makeTap() {
      const steps = new Set<Step>();
      let waiting: TrapPlan | undefined;
      let isParted = false;
      return {
        toServer(chunk) {
          if (isParted) return 'hold';
          if (chunk.includes(BEGIN)) steps.clear();
          for (const step of STEPS) if (chunk.includes(step)) steps.add(step);
          if (!armed || !chunk.includes(COMMIT)) return 'pass';
          if (armed.step !== undefined && !steps.has(armed.step)) return 'pass';
          const plan = armed;
          armed = undefined;
          if (plan.when === 'after commit') {
            waiting = plan;
            return 'pass';
          }
          isParted = plan.parts;
          spring(plan);
          return plan.parts ? 'abandon' : 'pass';
        },
        toClient(chunk) {
          if (isParted) return 'hold';
          if (!waiting || !chunk.includes(COMMITTED)) return 'pass';
          const plan = waiting;
          waiting = undefined;
          isParted = plan.parts;
          spring(plan);
          return plan.parts ? 'hold' : 'pass';
        },
      };
    },
  };
}

function message(type: string, text: string): Buffer {
  const length = Buffer.alloc(4);
  length.writeUInt32BE(4 + Buffer.byteLength(text));
  return Buffer.concat([Buffer.from(type), length, Buffer.from(text)]);
}

import { z } from 'zod';

const times = z.int().min(1).max(100_000).default(1);
const delayMs = z.int().min(0).max(120_000);

/** What the double does to a request, or says about its mail, instead of accepting and delivering it. */
const fault = z.discriminatedUnion('mode', [
  /** Refuses with this status; nothing is accepted. */
  z.strictObject({
    mode: z.literal('status'),
    times,
    status: z.int().min(400).max(599),
    retryAfter: z.int().min(0).max(86_400).optional(),
  }),
  /** Accepts, then answers only after the delay: the sender has given up by then. */
  z.strictObject({ mode: z.literal('timeout-after-accept'), times, delayMs }),
  /** Accepts, then cuts the connection without an answer; unless `reported`, no event tells of the mail either. */
  z.strictObject({ mode: z.literal('reset-after-accept'), times, reported: z.boolean().default(true) }),
  /** Cuts the connection; nothing is accepted. */
  z.strictObject({ mode: z.literal('reset'), times }),
  /** Answers 202 and loses the mail. */
  z.strictObject({ mode: z.literal('drop'), times }),
  /** Accepts and answers as usual, after the delay. */
  z.strictObject({ mode: z.literal('slow'), times, delayMs }),
  /** Accepts and answers as usual; the events report this instead of the delivery. */
  z.strictObject({ mode: z.literal('bounce'), times }),
  z.strictObject({ mode: z.literal('dropped'), times }),
  /** Accepts and answers as usual, and reports no event. */
  z.strictObject({ mode: z.literal('no-event'), times }),
]);

/** Body of `PUT /faults`: applied in order, each `times` times (once unless told), one fault to a request. */
export const faultList = z.array(fault).max(1_000);

export type Fault = z.infer<typeof fault>;
export type FaultInput = z.input<typeof fault>;

export interface FaultPlan {
  replace(faults: readonly Fault[]): void;
  remaining(): readonly Fault[];
  /** The fault for the request that came in just now. */
  next(): Fault | undefined;
}

export function createFaultPlan(): FaultPlan {
  let queue: Fault[] = [];
  return {
    replace(faults) {
      queue = [...faults];
    },
    remaining: () => queue,
    next() {
      const [first, ...rest] = queue;
      if (!first) return undefined;
      queue = first.times > 1 ? [{ ...first, times: first.times - 1 }, ...rest] : rest;
      return first;
    },
  };
}

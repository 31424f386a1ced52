import type { Random } from './random.ts';
import type { CampaignRecord, Violation } from './record.ts';
import type { System } from './system.ts';

export const FAMILIES = [
  'kills',
  'network',
  'duplicates',
  'mail',
  'clock',
  'input',
  'deploy',
  'leaks',
] as const;
export type FamilyName = (typeof FAMILIES)[number];

export interface FamilyResult {
  readonly family: FamilyName;
  /** What was counted: changes, operations, mails, cases, requests, waits. */
  readonly unit: string;
  /** What was done to its end, not what was asked for: the 3/n bound comes from it. */
  readonly n: number;
  /** Faults that took effect: they met a process in use, bytes on their way, a request. */
  readonly faults: number;
  readonly violations: readonly Violation[];
  /** From the restart of a killed part until all that was under way is answered; null where nothing is killed. */
  readonly p99RecoveryMs: number | null;
  /** The slowest request, milliseconds. */
  readonly slowestMs: number;
  /** Figures of the family's own, for the report. */
  readonly details: Readonly<Record<string, number | string>>;
  /** What was asked for and did not happen, or could not be checked, in words. */
  readonly undone?: readonly string[];
}

export interface FamilyOptions {
  readonly system: System;
  readonly random: Random;
  /** How many of the family's unit. */
  readonly n: number;
  /** Waits for what takes minutes by design, too. */
  readonly isFull: boolean;
  readonly say: (line: string) => void;
  /** Called when the faults of a round are over: what is wrong then goes into the record. */
  readonly settle: (record: CampaignRecord) => Promise<void>;
}

export type Family = (options: FamilyOptions) => Promise<FamilyResult>;

/** The value that so many hundredths of them do not exceed; null for none. */
export function percentile(values: readonly number[], hundredths: number): number | null {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(Math.ceil((sorted.length * hundredths) / 100), sorted.length) - 1] ?? null;
}

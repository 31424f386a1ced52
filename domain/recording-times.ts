const MINUTE_MS = 60_000;

/** By how much an agent's clock, or that of the phone system, may be wrong. */
export const CLOCKS_MS = 5 * MINUTE_MS;

/**
 * People read aloud at 130 to 180 words a minute; beyond 300 a listener no longer follows. Amounts and dates are written
 * shorter than they are spoken, so this is generous.
 */
const WORDS_PER_MINUTE = 300;

/** In how many whole seconds a script can be read out at the very least: a recording that has it is no shorter. */
export function shortestReadingSeconds(script: string): number {
  const words = script.split(/\s+/).filter((word) => word !== '').length;
  return Math.ceil((words * 60) / WORDS_PER_MINUTE);
}

/** When a recording ended, milliseconds since the epoch; of a call that went on, when its length was told. */
export function endOfRecording(recording: {
  readonly startedAt: string;
  readonly durationSeconds: number;
}): number {
  return Date.parse(recording.startedAt) + recording.durationSeconds * 1_000;
}

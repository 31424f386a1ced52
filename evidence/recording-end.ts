import type { BundleEvidence } from './payload.ts';

/** When the recording of a call ended, by its beginning and length as entered, as an ISO 8601 instant; null: no recording. */
export function recordingEnd({ details }: Pick<BundleEvidence, 'details'>): string | null {
  const { startedAt, durationSeconds } = details;
  if (typeof startedAt !== 'string' || typeof durationSeconds !== 'number') return null;
  const end = new Date(Date.parse(startedAt) + durationSeconds * 1_000);
  return Number.isNaN(end.getTime()) ? null : end.toISOString();
}

import { formatClockTime } from '../../domain/calendar.ts';
import type { EvidencePayload } from '../payload.ts';
import { counted, type Check } from './check.ts';

const HALF_HOUR_MS = 1_800_000;

/**
 * Readers go by the local times: each is worked out again. What the zone's rules will be for an instant that was still
 * to come when the file was made, a later release of the time-zone data may know better, by an hour at the most.
 */
export const localTimes: Check = {
  title: 'Times: local times are those of the customer’s zone',
  run: ({ payload }) => {
    const entries = Object.entries(payload.localTimes);
    const wrong = entries.filter(([instant, local]) => localTime(instant, 0, payload) !== local);
    const isFalse = ([instant, local]: [string, string]): boolean =>
      !(Date.parse(instant) > Date.parse(payload.generatedAt)) ||
      ![-2, -1, 1, 2].some((steps) => clockOf(localTime(instant, steps, payload)) === clockOf(local));
    return {
      looked: counted(entries.length, 'time'),
      problems: wrong
        .filter(isFalse)
        .map(([instant, local]) => `${instant} was not ${local} for the customer`),
      remarks: wrong
        .filter((entry) => !isFalse(entry))
        .map(
          ([instant, local]) => `${instant}, then to come, is no longer ${local} by the time-zone data here`,
        ),
    };
  },
};

/** `steps`: half hours by which the rules of the zone may have moved. */
function localTime(instant: string, steps: number, { customer }: EvidencePayload): string | undefined {
  try {
    const moved = steps === 0 ? instant : new Date(Date.parse(instant) + steps * HALF_HOUR_MS).toISOString();
    return formatClockTime(moved, customer.timeZone);
  } catch {
    return undefined;
  }
}

/** Without the offset, which moves the other way. */
function clockOf(local: string | undefined): string | undefined {
  return local?.split(' (', 1)[0];
}

/** The value of a datetime-local control for an instant, in the browser's own zone, to the minute. */
export function localDateTime(instant: Date): string {
  const local = new Date(instant.getTime() - instant.getTimezoneOffset() * 60_000);
  return local.toISOString().slice(0, 16);
}

/** `4:10` → 250, `1:02:03` → 3723, `250` → 250 seconds; undefined for anything else, and for none. */
export function secondsOf(length: string): number | undefined {
  if (!/^\d{1,5}(:[0-5]?\d){0,2}$/.test(length.trim())) return undefined;
  const seconds = length
    .trim()
    .split(':')
    .reduce((total, part) => total * 60 + Number(part), 0);
  return seconds >= 1 ? seconds : undefined;
}

/** When a recording of this length began that goes on until `end` (milliseconds since 1970), as localDateTime. */
export function beganBefore(end: number, length: string): string {
  return localDateTime(new Date(end - (secondsOf(length) ?? 0) * 1_000));
}

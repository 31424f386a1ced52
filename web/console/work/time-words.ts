const UNITS = [
  { seconds: 86_400, one: 'day', more: 'days' },
  { seconds: 3_600, one: 'hour', more: 'hours' },
  { seconds: 60, one: 'min', more: 'min' },
] as const;

/** `3 days`, `1 hour`, `15 min`, `40 s`: rounded down to the largest unit that fits. */
export function durationText(seconds: number): string {
  const unit = UNITS.find((one) => seconds >= one.seconds);
  if (unit === undefined) return `${Math.max(0, Math.round(seconds))} s`;
  const count = Math.floor(seconds / unit.seconds);
  return `${count} ${count === 1 ? unit.one : unit.more}`;
}

/** `12 min ago`. */
export function agoText(instant: string, now: number): string {
  return `${durationText((now - Date.parse(instant)) / 1_000)} ago`;
}

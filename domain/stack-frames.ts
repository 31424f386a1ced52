/**
 * Where an error happened, for a log: the frames of its stack without the message, whose lines may hold
 * personal data and look like frames. Empty for anything that is not an Error.
 */
export function stackFrames(error: unknown, most = 4): string[] {
  const stack = error instanceof Error ? (error.stack ?? '') : '';
  return stack
    .split('\n')
    .filter((line) => /^\s+at .*:\d+:\d+\)?$/.test(line))
    .slice(0, most)
    .map((line) => line.trim());
}

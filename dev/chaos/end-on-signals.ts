/** Ctrl-C ends the campaign, and with it, by the handlers of `exit`, whatever it has started. */
export function endOnSignals(): void {
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
    process.once(signal, () => process.exit(130));
}

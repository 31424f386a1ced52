/** Younger differences between database and workflows are a step under way, not a disagreement. */
export const QUIET_SECONDS = 5;
export const QUIET_MS = QUIET_SECONDS * 1_000;

/** SQL: what is dated ahead, or without end, says nothing of when something moved. */
export const HAS_COME = (column: string): string => `${column} <= clock_timestamp()`;

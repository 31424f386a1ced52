/** Younger differences between database and workflows are a step under way, not a disagreement. */
export const QUIET_SECONDS = 5;
export const QUIET_MS = QUIET_SECONDS * 1_000;

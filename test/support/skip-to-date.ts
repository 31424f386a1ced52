import assert from 'node:assert/strict';
import type { DrivenChange } from './driven-change.ts';
import { skipTime } from './skip-time.ts';
import type { TestTemporal } from './test-stack.ts';

/**
 * Lets the time of a scheduled change jump to whole seconds before its date: 60 unless told. `skippedDays`: what
 * was skipped of it before.
 */
export async function skipToEveOf(
  change: DrivenChange,
  options: { readonly seconds?: number; readonly skippedDays?: number; readonly server?: TestTemporal } = {},
): Promise<void> {
  const { seconds = 60, skippedDays = 0, server } = options;
  const { activate_at: activateAt } = await change.row();
  assert.ok(activateAt, 'the change has a date');
  const ahead = Math.floor((activateAt.getTime() - Date.now()) / 1_000) - skippedDays * 86_400 - seconds;
  await skipTime(change.workflowId, { seconds: ahead }, server);
}

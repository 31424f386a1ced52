import { createContext } from 'preact';
import type { LivePlanChange } from '../api/use-plan-change.ts';

/** The change that the screen shows, for whatever says how fresh that is. */
export const Followed = createContext<Pick<LivePlanChange, 'isOld' | 'readAt'> | undefined>(undefined);

// Entry of the workflow bundle.
export { planChange } from './plan-change.ts';

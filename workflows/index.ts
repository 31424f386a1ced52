// Entry of the workflow bundle.
export { requestConsent, sendNotice } from './mails.ts';
export { planChange } from './plan-change.ts';

// Entry of the workflow bundle.
export { closeOrphan } from './close-orphan.ts';
export { requestConsent, sendNotice } from './mails.ts';
export { planChange } from './plan-change.ts';

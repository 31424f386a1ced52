import type { Technology } from './plan-change-terms.ts';

/**
 * What the customer must be told about interruptions of service ("Explain any immediate changes or
 * interruptions in service"), as sentences to say aloud. Empty when nothing is interrupted.
 */
export function interruptionsOf(from: Technology, to: Technology): string[] {
  if (from === to) return [];
  if (to === 'none') {
    return ['Internet access ends when the new plan starts. Return the modem within 30 days.'];
  }
  const line = to === 'fiber' ? 'fiber' : 'DSL';
  return [
    `A technician connects the ${line} line. We call to agree on a visit of about two hours.`,
    from === 'none'
      ? 'Phone service goes on during the visit.'
      : 'Internet access is interrupted for up to one hour during the visit; phone service goes on.',
  ];
}

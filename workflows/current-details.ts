import type { PlanChangeState } from './plan-change-messages.ts';

/** What ops read on the change's page in the Temporal UI: where it stands and what it waits for. */
export function detailsOf(state: PlanChangeState): string {
  const { quote } = state;
  const rows = [`**Status:** ${state.status}`];
  if (quote) {
    rows.push(
      `**Effective date:** ${quote.effectiveDate}`,
      `**Quote:** revision ${quote.revision}, ${quote.hash}`,
    );
  }
  switch (state.status) {
    case 'awaiting_consent':
      rows.push(
        `Waits for the customer's consent; the quote expires ${quote?.expiresAt ?? ''}, the change ${quote?.consentDeadlineAt ?? ''}.`,
      );
      break;
    case 'scheduled':
      rows.push(`Consent recorded (${state.consentMethod ?? ''}). Activates at ${quote?.activateAt ?? ''}.`);
      break;
    case 'held':
      rows.push(
        `**Held:** ${state.holdReason ?? ''}. Nothing was charged. Waits for requote and fresh consent, or cancel.`,
      );
      break;
    case 'activated':
      rows.push('Applied and read back. Waits for the mail provider to accept the summary.');
      break;
    default:
      break;
  }
  return rows.join('\n\n');
}

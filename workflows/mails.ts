import { WorkflowExecutionAlreadyStartedError } from '@temporalio/common';
import {
  CancellationScope,
  isCancellation,
  ParentClosePolicy,
  startChild,
  WorkflowIdReusePolicy,
} from '@temporalio/workflow';
import type { PlanChangeInput, RequestConsentWorkflowInput, SendNoticeInput } from './contract.ts';
import { noticeWorkflowId } from './contract.ts';
import { faultOf } from './step-failures.ts';
import { local, mail } from './steps.ts';
import { workflowNow } from './plan-change-messages.ts';

/** Sends the summary; after days without success, or a refusal for good, hands it to people. */
export async function deliverSummary(input: PlanChangeInput, mailId: string): Promise<void> {
  const { planChangeId, customerId } = input;
  try {
    await mail.sendSummary({ planChangeId, customerId, mailId, now: workflowNow() });
  } catch (error) {
    await local.giveUpSummary({
      planChangeId,
      customerId,
      mailId,
      now: workflowNow(),
      cause: causeOf(error),
    });
  }
}

/**
 * Mail of a change that is not applied goes its own way: the change waits for nobody's mail server. After a reset
 * by operations the mail of the earlier run is on its way already.
 */
export async function startNotice(
  input: Omit<SendNoticeInput, 'mailId'>,
  mailId: string | null,
): Promise<void> {
  if (mailId === null) return;
  const { planChangeId, customerId } = input;
  try {
    await startChild(sendNotice, {
      workflowId: noticeWorkflowId(mailId),
      args: [{ planChangeId, customerId, mailId }],
      parentClosePolicy: ParentClosePolicy.ABANDON,
      workflowIdReusePolicy: WorkflowIdReusePolicy.REJECT_DUPLICATE,
      staticSummary: `Mail on plan change ${planChangeId}`,
    });
  } catch (error) {
    if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw error;
  }
}

/** One mail to a customer about a change that is not applied. Cancelled in the Temporal UI it is handed to people. */
export async function sendNotice(input: SendNoticeInput): Promise<void> {
  try {
    await mail.sendNotice(input);
  } catch (error) {
    const cause = isCancellation(error) ? 'cancelled by operations' : causeOf(error);
    await CancellationScope.nonCancellable(() => local.giveUpNotice({ ...input, cause }));
  }
}

/** An agent asks the customer for written consent by a link. */
export async function requestConsent(input: RequestConsentWorkflowInput): Promise<void> {
  const { mailId } = await CancellationScope.nonCancellable(() =>
    local.requestConsent({ ...input, now: workflowNow() }),
  );
  if (mailId !== null)
    await sendNotice({ planChangeId: input.planChangeId, customerId: input.customerId, mailId });
}

function causeOf(error: unknown): string {
  const fault = faultOf(error);
  if (fault === undefined) throw error;
  return fault === 'timeout' ? 'no answer for three days' : fault;
}

import { HELD_BECAUSE } from '../domain/note-words.ts';
import { instantWords } from '../domain/noted-instants.ts';
import type { AgreedChange, MailTemplates, NoteAuthor, Steps } from './ports.ts';
import { enqueueNotice, mailRecordWords } from './notices.ts';
import type { ExpectedStanding, Overtaken } from './standing.ts';
import { overtaken } from './standing.ts';
import { receipt } from './step.ts';

export interface ClosePlanChangeInput {
  readonly planChangeId: string;
  readonly customerId: string;
  /** The message that ends it, or what else does: a deadline, operations. */
  readonly cause: string;
  readonly expected: ExpectedStanding;
  readonly status: 'declined' | 'cancelled' | 'expired';
  readonly author: NoteAuthor;
  readonly remarkId: string | null;
  readonly now: string;
}

/** `mailId`: the notice that goes to the customer, if one does. */
export type ClosePlanChangeResult =
  { readonly outcome: 'closed'; readonly mailId: string | null } | Overtaken;

const SENTENCES = {
  declined: 'The customer declined the change; nothing was charged.',
  cancelled: 'The change was cancelled; nothing was charged.',
  expired: 'No consent in time: the change expired; nothing was charged.',
} as const;

/** Ends a change that was not applied, with the reason that was given for it. */
export function closePlanChange(deps: { steps: Steps; templates: MailTemplates }) {
  return (input: ClosePlanChangeInput): Promise<ClosePlanChangeResult> =>
    deps.steps.once(receipt('closePlanChange', input.cause), async (tx) => {
      const agreed = await tx.lockPlanChange(input.planChangeId);
      const ahead = overtaken(agreed, input.expected);
      if (ahead) return ahead;
      // Who declined knows. The mail says why the change was on hold, so it is written before the hold ends.
      const mail =
        input.status === 'declined'
          ? null
          : await enqueueNotice(tx, deps.templates, { ...input, kind: input.status, revision: 1 });
      const remark = input.remarkId === null ? '' : ` Reason: ${await tx.remark(input.remarkId)}`;
      await tx.updatePlanChange(input.planChangeId, { status: input.status, closedAt: input.now });
      await tx.appendNote({
        customerId: input.customerId,
        planChangeId: input.planChangeId,
        kind: input.status,
        body: `${sentenceFor(input.status, agreed)}${mailRecordWords(mail)}${instantWords('Closed', input.now)}${remark}`,
        author: input.author,
      });
      return { outcome: 'closed', mailId: mail?.mailId ?? null };
    });
}

function sentenceFor(status: ClosePlanChangeInput['status'], agreed: AgreedChange): string {
  return status === 'expired' && agreed.status === 'held'
    ? `On hold until the end, because ${heldBecause(agreed)}: the change expired; nothing was charged.`
    : SENTENCES[status];
}

function heldBecause({ holdReason }: AgreedChange): string {
  return holdReason === null ? 'of a reason that was not kept' : HELD_BECAUSE[holdReason];
}

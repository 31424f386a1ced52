import type { Knex } from 'knex';
import type { StepTransaction } from '../../activities/ports.ts';
import { isRefusedForGood } from '../../domain/failures.ts';
import { row } from '../sql.ts';
import { lockAccount } from './account-facts.ts';
import { appendNote, nextNoteRevision } from './account-notes.ts';
import { lockPlanChange } from './agreed-change.ts';
import { readBack } from './applied-change.ts';
import { postLines, reverseLines } from './ledger.ts';
import { enqueueMail, isKnownToCustomer, lockMail, nextMailRevision, updateMail } from './outbox.ts';
import { pendingChange } from './pending-change.ts';
import { attachConsent, insertPlanChange, insertQuote, updatePlanChange } from './plan-change-rows.ts';
import { restorePlan, switchPlan } from './subscription-periods.ts';

/** The statements of a step, bound to its transaction. */
export function createStepTransaction(trx: Knex.Transaction): StepTransaction {
  return {
    lockAccount: (query) => lockAccount(trx, query),
    lockPlanChange: (id) => lockPlanChange(trx, id),
    insertPlanChange: (change) => insertPlanChange(trx, change),
    insertQuote: (quote) => insertQuote(trx, quote),
    updatePlanChange: (id, patch) => updatePlanChange(trx, id, patch),
    attachConsent: (consent) => attachConsent(trx, consent),
    switchPlan: (planChangeId) => switchPlan(trx, planChangeId),
    restorePlan: (id) => restorePlan(trx, id),
    postLines: (posting) => postLines(trx, posting),
    reverseLines: (id, revision) => reverseLines(trx, id, revision),
    attempt: (work) =>
      trx
        .transaction((inner) => work(createStepTransaction(inner)))
        .then(
          () => true,
          (error: unknown) => {
            const sqlState = error instanceof Error && 'code' in error ? String(error.code) : '';
            if (isRefusedForGood(sqlState)) return false;
            throw error;
          },
        ),
    appendNote: (note) => appendNote(trx, note),
    nextNoteRevision: (id, kind) => nextNoteRevision(trx, id, kind),
    remark: async (id) =>
      (await row<{ body: string }>(trx, 'SELECT body FROM remarks WHERE id = :id', { id })).body,
    readBack: (id) => readBack(trx, id),
    enqueueMail: (mail) => enqueueMail(trx, mail),
    pendingChange: (id, now) => pendingChange(trx, id, now),
    isKnownToCustomer: (id) => isKnownToCustomer(trx, id),
    nextMailRevision: (id, kind) => nextMailRevision(trx, id, kind),
    lockMail: (mailId) => lockMail(trx, mailId),
    updateMail: (mailId, patch) => updateMail(trx, mailId, patch),
  };
}

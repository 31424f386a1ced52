import type { NoteView } from '../../db/read-models/account-notes.ts';
import { chainStatus, findNoteOfRequest, listNotes } from '../../db/read-models/account-notes.ts';
import { accountLedger } from '../../db/read-models/account-ledger.ts';
import { everyContactDataOf } from '../../db/read-models/contact-data.ts';
import { appendNote } from '../../db/stores/account-notes.ts';
import { maskContactData } from '../../domain/contact-data.ts';
import { toMoneyJson } from '../../domain/money.ts';
import { statementOf } from '../../domain/statement.ts';
import { requireCustomer, seesNoContactData } from '../access-to-customer.ts';
import type { Agent } from '../auth.ts';
import { ACCESS } from '../auth.ts';
import type { ApiDeps } from '../deps.ts';
import { invalidInput } from '../http-errors.ts';
import type { Route } from '../route.ts';
import { defineRoute } from '../route.ts';
import { note, noteBody, notes, pageQuery, statement } from '../schemas/accounts.ts';

const tag = 'Customers';

/** What is on record for a customer: notes and money. */
export function accountRoutes(deps: ApiDeps): Route[] {
  return [
    defineRoute({
      method: 'get',
      path: '/v1/customers/{id}/notes',
      operationId: 'listNotes',
      summary: 'Account notes, newest first, and whether their hash chain verifies',
      tag,
      access: ACCESS.everyone,
      idempotencyKey: 'none',
      query: pageQuery,
      answers: { 200: { description: 'One page.', schema: notes } },
      handle: async ({ agent, params, query }) => {
        const customerId = await requireCustomer(deps, agent, params['id']);
        const found = await listNotes(deps.knex, {
          customerId,
          before: sequenceOf(query.cursor),
          limit: query.limit + 1,
        });
        const items = found.slice(0, query.limit);
        const shown = await forRole(deps, agent, customerId);
        const last = items.at(-1);
        return {
          status: 200,
          body: {
            items: items.map((view) => serialiseNote({ ...view, body: shown(view.body) })),
            nextCursor: found.length > query.limit && last ? last.sequence.toString() : null,
            chain: await chainStatus(deps.knex, customerId),
          },
        };
      },
    }),
    defineRoute({
      method: 'post',
      path: '/v1/customers/{id}/notes',
      operationId: 'addNote',
      summary: 'Add a note to the account',
      tag,
      access: ACCESS.serving,
      idempotencyKey: 'required',
      body: noteBody,
      answers: { 201: { description: 'Added, for good.', schema: note } },
      handle: async ({ agent, params, body, request }) => {
        const customerId = await requireCustomer(deps, agent, params['id'], 'write');
        await appendNote(deps.knex, {
          customerId,
          planChangeId: null,
          kind: 'remark',
          body: body.body,
          author: { type: 'agent', id: agent.agentId },
          requestId: request.id,
        });
        return { status: 201, body: serialiseNote(await findNoteOfRequest(deps.knex, request.id)) };
      },
    }),
    defineRoute({
      method: 'get',
      path: '/v1/customers/{id}/statement',
      operationId: 'getStatement',
      summary: 'Every line that plan changes posted, and the account balance',
      tag,
      access: ACCESS.servingAndAuditor,
      idempotencyKey: 'none',
      answers: { 200: { description: 'Oldest first.', schema: statement } },
      handle: async ({ agent, params }) => {
        const customerId = await requireCustomer(deps, agent, params['id']);
        const ledger = await accountLedger(deps.knex, customerId);
        const { lines, balanceMinor } = statementOf(ledger);
        const money = (minor: bigint) => toMoneyJson(minor, ledger.currency);
        return {
          status: 200,
          body: {
            currency: ledger.currency,
            balance: money(balanceMinor),
            lines: lines.map((line) => ({
              date: line.date,
              planChangeId: line.planChangeId,
              kind: line.kind,
              description: line.description,
              amount: money(line.amountMinor),
              balanceAfter: money(line.balanceAfterMinor),
            })),
          },
        };
      },
    }),
  ];
}

/** Agents wrote what they wrote; for ops and auditors the customer's contact data in it, of now and of then, is masked. */
async function forRole(deps: ApiDeps, agent: Agent, customerId: string): Promise<(body: string) => string> {
  if (!seesNoContactData(agent)) return (body) => body;
  const known = await everyContactDataOf(deps.knex, customerId);
  return (body) => maskContactData(body, known);
}

function serialiseNote(view: NoteView) {
  return {
    noteId: view.noteId,
    sequence: Number(view.sequence),
    kind: view.kind,
    body: view.body,
    author: { type: view.authorType, id: view.authorId },
    planChangeId: view.planChangeId,
    createdAt: view.createdAt,
    hash: view.hash,
  };
}

function sequenceOf(cursor: string | undefined): bigint | undefined {
  if (cursor === undefined) return undefined;
  if (!/^[1-9][0-9]{0,17}$/.test(cursor)) {
    throw invalidInput([{ pointer: 'query/cursor', detail: 'must be the nextCursor of an earlier page' }]);
  }
  return BigInt(cursor);
}

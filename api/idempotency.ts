import { createHash, randomUUID } from 'node:crypto';
import type { Knex } from 'knex';
import { v5 } from 'uuid';
import type { StoredAnswer } from '../db/stores/idempotency-keys.ts';
import { claimKey, recordAnswer } from '../db/stores/idempotency-keys.ts';
import type { Agent } from './auth.ts';
import { HttpProblem } from './http-errors.ts';
import type { RequestIdentity, Route } from './route.ts';

/** Namespace of the name-based ids of plan changes. Never changes: ids would. */
const PLAN_CHANGE_NAMESPACE = '6f3b2c1e-52a4-5d0e-9a77-0c3f1a6d4e21';
const KEY = /^[\x21-\x7e]{1,255}$/;

export interface KeyedRequest {
  readonly identity: RequestIdentity;
  /** The answer a repeat is given, byte for byte. */
  readonly replay: StoredAnswer | null;
  /** Keeps an answer; returns the one that counts. */
  readonly record: (answer: StoredAnswer) => Promise<StoredAnswer>;
}

/**
 * Turns an Idempotency-Key into the identity of a request. The same key with another path or body is refused,
 * so is a missing key where one is required.
 */
export async function keyedRequest(
  knex: Knex,
  route: Route,
  agent: Agent,
  raw: { readonly key: string | undefined; readonly path: string; readonly body: unknown },
): Promise<KeyedRequest> {
  const { operationId: operation } = route;
  if (raw.key === undefined || route.idempotencyKey === 'none') {
    if (route.idempotencyKey === 'required') throw keyRequired();
    const id = randomUUID();
    return {
      identity: identityOf(id, agent, operation, id),
      replay: null,
      record: (answer) => Promise.resolve(answer),
    };
  }
  if (!KEY.test(raw.key)) throw keyRequired();

  const requestSha256 = sha256(`${raw.path}\n${JSON.stringify(raw.body ?? null)}`);
  const claim = await claimKey(knex, {
    agentId: agent.agentId,
    operation,
    keySha256: sha256(raw.key),
    requestSha256,
  });
  if (claim.requestSha256 !== requestSha256) {
    throw new HttpProblem(
      422,
      'idempotency-key-reused',
      'The Idempotency-Key was used for another request',
      'The same key came with another path or body. Use a new key for a new request, or repeat the first one unchanged.',
    );
  }
  return {
    identity: identityOf(claim.id, agent, operation, raw.key),
    replay: claim.answer,
    record: (answer) => recordAnswer(knex, claim.id, answer),
  };
}

/** Every id that a repeat must meet again comes from agent, operation and key. */
function identityOf(id: string, agent: Agent, operation: string, key: string): RequestIdentity {
  const name = JSON.stringify([agent.agentId, operation, key]);
  return {
    id,
    operation,
    updateId: `${operation}-${sha256(name).slice(0, 32)}`,
    namedId: v5(name, PLAN_CHANGE_NAMESPACE),
  };
}

function keyRequired(): HttpProblem {
  return new HttpProblem(
    400,
    'idempotency-key-required',
    'An Idempotency-Key is required',
    'Send the header Idempotency-Key with 1 to 255 visible ASCII characters, new for each new request and the same for its repeats.',
  );
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

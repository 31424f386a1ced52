import { generateKeyPairSync, randomUUID } from 'node:crypto';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { pino } from 'pino';
import type { z } from 'zod';
import { createApp } from '../../api/app.ts';
import { createConsentMailLimit } from '../../api/consent-mail-limit.ts';
import type { ApiDeps } from '../../api/deps.ts';
import { createHttpServer } from '../../api/http-server.ts';
import { createPlanChangeGateway, type PlanChangeGateway } from '../../api/plan-change-gateway.ts';
import { createRateLimits } from '../../api/rate-limits.ts';
import { createStatusEvents, type StatusEventsTimes } from '../../api/status-events.ts';
import { DEFAULT_LIMITS, type LimitFigures } from '../../config.ts';
import { identification } from '../../api/schemas/accounts.ts';
import { planChange, type PlanChangeJson } from '../../api/schemas/plan-changes.ts';
import { openDatabase } from '../../db/knex.ts';
import { seedAgents, type AgentRole } from '../../dev/seed/seed-agents.ts';
import { insertAccount, type AccountOverrides, type TestAccount } from '../../dev/seed/test-account.ts';
import { CONSENT_SCRIPT_VERSION } from '../../domain/consent-script.ts';
import { DEFAULT_POLICY } from '../../domain/policy.ts';
import { readSigningKey, type SigningKey } from '../../evidence/signing-key.ts';
import { createRig, startWorker, type Rig, type RigOptions, type RigWorker } from './plan-change-rig.ts';
import { testTemporal } from './test-stack.ts';

/** Whose key a request carries; `key` sends that one, `null` none. */
export type Caller = AgentRole | { readonly key: string } | null;

export interface CallOptions {
  /** The agent unless told. */
  readonly as?: Caller;
  /** The Idempotency-Key; a fresh one for each POST unless told, `null` sends none. */
  readonly key?: string | null;
  readonly headers?: Readonly<Record<string, string>>;
}

export interface ApiAnswer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  /** The JSON body, which must have this shape. */
  read<T extends z.ZodType>(schema: T): z.output<T>;
}

/** The API over real parts, listening on a port of its own. */
export interface Api {
  readonly origin: string;
  readonly deps: ApiDeps;
  /** Lines that it logged, oldest first. */
  readonly logs: readonly string[];
  get(path: string, options?: CallOptions): Promise<ApiAnswer>;
  /** A string goes out as it is, anything else as JSON. */
  post(path: string, body: unknown, options?: CallOptions): Promise<ApiAnswer>;
  call(path: string, init: RequestInit): Promise<ApiAnswer>;
  close(): Promise<void>;
}

export interface ApiRigOptions extends RigOptions {
  /** Folder of the built console, which is not served without it. */
  readonly consoleFolder?: string;
  /** False: no worker polls. */
  readonly worker?: boolean;
}

export interface OpenRequest {
  readonly planCode?: string;
  readonly activation?: object;
  readonly promotionCode?: string;
  readonly replaces?: string;
}

/** A database of its own, agents of all roles, a worker in this process, and the API before them. */
export interface ApiRig extends Api {
  readonly rig: Rig;
  readonly worker: RigWorker | undefined;
  readonly taskQueue: string;
  readonly keys: Readonly<Record<AgentRole, string>>;
  readonly agentIds: Readonly<Record<AgentRole, string>>;
  /** Another API over the same database, worker and keys, with some parts exchanged. */
  another(parts: ApiParts): Promise<Api>;
  /** An account that nobody has identified. */
  stranger(overrides?: AccountOverrides): Promise<TestAccount>;
  identify(account: TestAccount, as?: Caller): Promise<z.output<typeof identification>>;
  /** Identify and open: a change that waits for consent, to fiber-plus at once unless told. */
  opened(account: TestAccount, request?: OpenRequest, as?: Caller): Promise<PlanChangeJson>;
  /** Verbal consent to the quote of a change: it is applied, or scheduled for its date. */
  agreed(change: PlanChangeJson, as?: Caller): Promise<PlanChangeJson>;
  /** Identify, open, consent: a change that is applied, or scheduled for its date. */
  changeOf(account: TestAccount, request?: OpenRequest, as?: Caller): Promise<PlanChangeJson>;
}

export interface ApiParts {
  /** Instead of the one to the Temporal server; the rig does not close it. */
  readonly gateway?: PlanChangeGateway;
  readonly databaseUrl?: string;
  readonly temporalAddress?: string;
  readonly taskQueue?: string;
  /** How long the gateway waits for a worker, and again for the answer, milliseconds. */
  readonly waitMs?: number;
  /** Verification key of signed mail events. */
  readonly webhookPublicKey?: string;
  /** Other than in `UNHURRIED`. */
  readonly limits?: Partial<LimitFigures>;
  readonly trustedProxies?: number | string[];
  readonly statusEvents?: StatusEventsTimes;
  /** The key that signs proof bundles; null: none. */
  readonly signingKey?: SigningKey | null;
  readonly consoleFolder?: string;
}

/** Tests ask more in a minute than agents do; the counting is the same. */
const UNHURRIED: LimitFigures = {
  ...DEFAULT_LIMITS,
  agentRequestsPerMinute: 1_000_000,
  accountWritesPerMinute: 1_000_000,
  consentLinkRequestsPerMinute: 1_000_000,
  wrongKeysPerMinute: 1_000_000,
};

export async function createApiRig(name: string, options: ApiRigOptions = {}): Promise<ApiRig> {
  const rig = await createRig(name, options);
  const keys = { agent: apiKey(), supervisor: apiKey(), ops: apiKey(), auditor: apiKey() };
  const agentIds = await seedAgents(rig.ownerKnex, keys);
  const worker = options.worker === false ? undefined : await startWorker(rig);
  const taskQueue = worker?.taskQueue ?? rig.database.name;
  const policy = { ...DEFAULT_POLICY, ...options.policy };
  const { address } = await testTemporal();
  const signingKey = newSigningKey();
  const serve = (parts: ApiParts): Promise<Api> =>
    serveApi(
      {
        databaseUrl: parts.databaseUrl ?? rig.database.appUrl,
        temporalAddress: parts.temporalAddress ?? address,
        taskQueue: parts.taskQueue ?? taskQueue,
        waitMs: parts.waitMs ?? 5_000,
        webhookPublicKey: parts.webhookPublicKey ?? '',
        limits: { ...UNHURRIED, ...parts.limits },
        trustedProxies: parts.trustedProxies ?? ['loopback'],
        signingKey: parts.signingKey === undefined ? signingKey : parts.signingKey,
        consoleFolder: parts.consoleFolder ?? options.consoleFolder ?? '',
        ...(parts.gateway && { gateway: parts.gateway }),
        ...(parts.statusEvents && { statusEvents: parts.statusEvents }),
      },
      { policy, keys },
    );
  const api = await serve({});
  const others: Api[] = [];

  const identify: ApiRig['identify'] = async ({ accountNumber, fullName, serviceAddress }, as = 'agent') => {
    const answer = await api.post('/v1/identifications', { accountNumber, fullName, serviceAddress }, { as });
    return answer.read(identification);
  };
  const opened: ApiRig['opened'] = async (account, request, as = 'agent') => {
    const { identificationId } = await identify(account, as);
    const body = {
      identificationId,
      planCode: 'fiber-plus',
      activation: { when: 'immediately' },
      ...request,
    };
    return (await api.post('/v1/plan-changes', body, { as })).read(planChange);
  };
  const agreed: ApiRig['agreed'] = async ({ planChangeId, quote }, as = 'agent') => {
    const consent = verbalConsent(quote?.hash ?? '');
    const answer = await api.post(`/v1/plan-changes/${planChangeId}/consent`, consent, { as });
    return answer.read(planChange);
  };
  return {
    ...api,
    rig,
    worker,
    taskQueue,
    keys,
    agentIds,
    async another(parts) {
      const other = await serve(parts);
      others.push(other);
      return other;
    },
    stranger: (overrides) => insertAccount(rig.ownerKnex, overrides),
    identify,
    opened,
    agreed,
    changeOf: async (account, request, as = 'agent') => agreed(await opened(account, request, as), as),
    async close() {
      await Promise.all([api, ...others].map((running) => running.close()));
      await worker?.stop();
      await rig.close();
    },
  };
}

/** Consent as an agent records it during the call. */
export function verbalConsent(quoteHash: string, recording: object = {}): object {
  return {
    method: 'verbal',
    quoteHash,
    recording: {
      id: 'rec-2026-11-24-000123',
      startedAt: new Date(Date.now() - 240_000).toISOString(),
      durationSeconds: 240,
      announced: true,
      scriptVersion: CONSENT_SCRIPT_VERSION,
      ...recording,
    },
  };
}

/** A well-formed API key that nobody has yet. */
export function apiKey(): string {
  const characters = randomUUID().replaceAll('-', '');
  return `pc_${characters.slice(0, 8)}_${characters.slice(8)}`;
}

/** A company's key that no other test has. */
export function newSigningKey(): SigningKey {
  const { privateKey } = generateKeyPairSync('ed25519');
  return readSigningKey(privateKey.export({ type: 'pkcs8', format: 'pem' }).toString());
}

async function serveApi(
  parts: Required<Omit<ApiParts, 'gateway' | 'statusEvents' | 'limits'>> &
    Pick<ApiParts, 'gateway' | 'statusEvents'> & { readonly limits: LimitFigures },
  given: Pick<ApiDeps, 'policy'> & { readonly keys: Readonly<Record<AgentRole, string>> },
): Promise<Api> {
  const { namespace, uiUrl } = await testTemporal();
  // The origin is part of the application, and known only once the server listens.
  const server = createHttpServer((request, response) => {
    app(request, response);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const logs: string[] = [];
  const gateway = createPlanChangeGateway({
    connection: { address: parts.temporalAddress },
    namespace,
    taskQueue: parts.taskQueue,
    waitMs: parts.waitMs,
  });
  const log = pino({ level: 'info' }, { write: (line: string) => void logs.push(line) });
  const knex = openDatabase({
    url: parts.databaseUrl,
    maxConnections: 10,
    applicationName: 'api under test',
    statementMs: 3_500,
  });
  const deps: ApiDeps = {
    knex,
    gateway: parts.gateway ?? gateway,
    policy: given.policy,
    log,
    limits: parts.limits,
    rateLimits: createRateLimits(knex, parts.limits),
    trustedProxies: parts.trustedProxies,
    webhookPublicKey: parts.webhookPublicKey === '' ? undefined : parts.webhookPublicKey,
    consentMailLimit: createConsentMailLimit(knex, parts.limits.consentMailsPerHour),
    statusEvents: createStatusEvents(parts.databaseUrl, log, parts.statusEvents),
    evidence: { signingKey: parts.signingKey ?? undefined, retired: [] },
    ...(parts.consoleFolder !== '' && { consoleFolder: parts.consoleFolder }),
    publicUrl: origin,
    company: { name: 'QuickConnect', phone: '+1 800 555 0100' },
    temporal: { uiUrl, namespace },
  };
  const app = createApp(deps);

  const call: Api['call'] = async (path, init) => {
    const answer = await fetch(origin + path, { redirect: 'manual', ...init });
    const text = await answer.text();
    return {
      status: answer.status,
      headers: answer.headers,
      text,
      read(schema) {
        const read = schema.safeParse(text === '' ? undefined : JSON.parse(text));
        if (read.success) return read.data;
        throw new Error(`${answer.status} from ${path} has another shape: ${text.slice(0, 500)}`, {
          cause: read.error,
        });
      },
    };
  };
  const authorization = (as: Caller = 'agent'): Record<string, string> => {
    if (as === null) return {};
    return { authorization: `Bearer ${typeof as === 'string' ? given.keys[as] : as.key}` };
  };
  return {
    origin,
    deps,
    logs,
    call,
    get: (path, options = {}) =>
      call(path, { headers: { ...authorization(options.as), ...options.headers } }),
    post: (path, body, { as, key = randomUUID(), headers } = {}) =>
      call(path, {
        method: 'POST',
        headers: {
          'content-type': 'application/json',
          ...authorization(as),
          ...(key !== null && { 'idempotency-key': key }),
          ...headers,
        },
        body: typeof body === 'string' ? body : JSON.stringify(body),
      }),
    async close() {
      server.close();
      server.closeAllConnections();
      await Promise.all([gateway.close(), deps.statusEvents.close(), deps.knex.destroy()]);
    },
  };
}

import type { Knex } from 'knex';
import type { Logger } from 'pino';
import type { ConsentMailLimit } from './consent-mail-limit.ts';
import type { LimitFigures } from '../config.ts';
import type { Policy } from '../domain/policy.ts';
import type { PublicKey, SigningKey } from '../evidence/signing-key.ts';
import type { PlanChangeGateway } from './plan-change-gateway.ts';
import type { RateLimits } from './rate-limits.ts';
import type { StatusEvents } from './status-events.ts';

/** How customers reach the company, on pages for them. */
export interface Company {
  readonly name: string;
  readonly phone: string;
}

/** The key that signs proof bundles, without which there are none, and those that did before. */
export interface EvidenceKeyring {
  readonly signingKey: SigningKey | undefined;
  readonly retired: readonly PublicKey[];
}

/** What the API is made of; api/server.ts puts the real parts in. */
export interface ApiDeps {
  readonly knex: Knex;
  readonly gateway: PlanChangeGateway;
  readonly policy: Policy;
  readonly log: Logger;
  /** Origin of the links in answers and mails. */
  readonly publicUrl: string;
  readonly company: Company;
  /** Verification key of SendGrid's signed events; without it none are taken. */
  readonly webhookPublicKey: string | undefined;
  readonly limits: LimitFigures;
  readonly rateLimits: RateLimits;
  /** Proxies that may say where a request came from: how many, or which. */
  readonly trustedProxies: number | string[];
  readonly consentMailLimit: ConsentMailLimit;
  readonly statusEvents: StatusEvents;
  readonly evidence: EvidenceKeyring;
  /** Folder of the built console; without it `/console` says how to build it. */
  readonly consoleFolder?: string;
  readonly temporal: { readonly uiUrl: string; readonly namespace: string };
}

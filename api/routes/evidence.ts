import { z } from 'zod';
import { renderEvidencePage } from '../../evidence/page/render.ts';
import { evidenceBundle } from '../../evidence/payload.ts';
import { bundleJson } from '../../evidence/seal.ts';
import { publicKeyPem } from '../../evidence/signing-key.ts';
import { requirePlanChange } from '../access-to-customer.ts';
import { ACCESS } from '../auth.ts';
import type { ApiDeps } from '../deps.ts';
import { HttpProblem } from '../http-errors.ts';
import { makeEvidence } from '../make-evidence.ts';
import type { Route } from '../route.ts';
import { defineRoute } from '../route.ts';
import { page, sha256Hex } from '../schemas/common.ts';

const tag = 'Evidence';

const evidenceKey = z
  .strictObject({
    keyId: sha256Hex,
    algorithm: z.literal('Ed25519'),
    publicKey: z.string().meta({ description: "Base64 of the SPKI's DER." }),
    pem: z.string(),
    current: z.boolean().meta({ description: 'False: it signed before and signs no more.' }),
    notBefore: z.iso
      .datetime()
      .nullable()
      .meta({ description: 'What it signed before this does not count.' }),
    notAfter: z.iso
      .datetime()
      .nullable()
      .meta({ description: 'When it retired: what it signed from then on does not count.' }),
  })
  .meta({ id: 'EvidenceKey' });

/** Proof of a change for somebody who was not there, and the keys to check it with. */
export function evidenceRoutes(deps: ApiDeps): Route[] {
  return [
    defineRoute({
      method: 'get',
      path: '/v1/plan-changes/{id}/evidence',
      operationId: 'getEvidence',
      summary: 'The signed proof bundle of a change, in any status; masked for auditors',
      tag,
      access: ACCESS.servingAndAuditor,
      idempotencyKey: 'none',
      answers: {
        200: {
          description: 'One self-contained page; the bare signed record when asked for by Accept.',
          schema: evidenceBundle,
          otherwise: 'text/html',
        },
      },
      handle: async ({ agent, params, accepts }) => {
        const { id } = await requirePlanChange(deps, agent, params['id']);
        const key = deps.evidence.signingKey;
        if (key === undefined) throw noKey();
        const bundle = await makeEvidence(deps, key, agent, id);
        if (accepts('application/json'))
          return { status: 200, body: bundleJson(bundle), contentType: 'application/json; charset=utf-8' };
        return {
          status: 200,
          body: renderEvidencePage(bundle),
          contentType: 'text/html; charset=utf-8',
          headers: {
            'content-disposition': `inline; filename="plan-change-${id}.html"`,
            'content-security-policy':
              "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'",
          },
        };
      },
    }),
    defineRoute({
      method: 'get',
      path: '/v1/evidence-keys',
      operationId: 'listEvidenceKeys',
      summary: 'The public keys that proof bundles and anchors are signed with, the present one first',
      tag,
      access: 'public',
      idempotencyKey: 'none',
      answers: { 200: { description: 'All of them, those that retired too.', schema: page(evidenceKey) } },
      handle: () => {
        const { signingKey, retired } = deps.evidence;
        const keys = signingKey ? [signingKey, ...retired] : retired;
        const items = keys.map(({ keyId, publicKey, notBefore = null, notAfter = null }) => ({
          keyId,
          algorithm: 'Ed25519',
          publicKey,
          pem: publicKeyPem({ publicKey }),
          current: keyId === signingKey?.keyId,
          notBefore,
          notAfter,
        }));
        return Promise.resolve({ status: 200, body: { items, nextCursor: null } });
      },
    }),
  ];
}

function noKey(): HttpProblem {
  return new HttpProblem(
    503,
    'evidence-key-missing',
    'Proof bundles cannot be signed',
    'The company’s signing key is not set up on this server. Ask operations to set EVIDENCE_SIGNING_KEY; nothing is lost meanwhile.',
    { retryAfterSeconds: 300 },
  );
}

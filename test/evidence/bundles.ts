import assert from 'node:assert/strict';
import type { EvidenceBundle, PresentPayload } from '../../evidence/payload.ts';
import { evidenceBundle } from '../../evidence/payload.ts';
import { sealEvidence, bundleJson } from '../../evidence/seal.ts';
import type { SigningKey } from '../../evidence/signing-key.ts';
import { verifyEvidence, type Verification } from '../../evidence/verify.ts';
import type { ApiRig, Caller } from '../support/api-rig.ts';

/** The key of the rig's API, which signs what it answers. */
export function companyKey({ deps }: ApiRig): SigningKey {
  const { signingKey } = deps.evidence;
  assert.ok(signingKey);
  return signingKey;
}

export async function pageOf(api: ApiRig, planChangeId: string, as: Caller = 'agent'): Promise<string> {
  const answer = await api.get(`/v1/plan-changes/${planChangeId}/evidence`, { as });
  assert.equal(answer.status, 200, answer.text);
  return answer.text;
}

/** The bare record, as JSON and as text. */
export async function recordOf(
  api: ApiRig,
  planChangeId: string,
  as: Caller = 'agent',
): Promise<{ bundle: EvidenceBundle; text: string }> {
  const headers = { accept: 'application/json' };
  const answer = await api.get(`/v1/plan-changes/${planChangeId}/evidence`, { as, headers });
  return { bundle: answer.read(evidenceBundle), text: answer.text };
}

/** Checked with the company's key. */
export function verified(api: ApiRig, text: string): Verification {
  return verifyEvidence(Buffer.from(text), [companyKey(api)]);
}

export function assertSound(verification: Verification): void {
  const failed = verification.rows.filter(({ outcome }) => outcome === 'fail');
  assert.deepEqual(failed, []);
  assert.equal(verification.verdict, 'sound');
}

export function isSound(api: ApiRig, text: string): boolean {
  return verified(api, text).verdict === 'sound';
}

/** What failed, by the first word of its title: "Signature", "Quotes". */
export function failures({ rows }: Verification): string[] {
  return [
    ...new Set(
      rows.filter(({ outcome }) => outcome === 'fail').map(({ title }) => title.split(':', 1)[0] ?? ''),
    ),
  ];
}

/** The bundle with something else in it; the rest is as it was, and so is the signature. */
export function altered(bundle: EvidenceBundle, alter: (payload: PresentPayload) => void): EvidenceBundle {
  const copy = structuredClone(bundle);
  alter(copy.payload);
  return copy;
}

/** What the owner of `key` would give out if the record were like that. */
export function signedAgain(
  bundle: EvidenceBundle,
  key: SigningKey,
  alter: (payload: PresentPayload) => void,
): string {
  return bundleJson(sealEvidence(altered(bundle, alter).payload, key));
}

import { z } from 'zod';
import { PLAN_CHANGE_STATUSES } from '../domain/plan-change-status.ts';
import { chainHead, sealedAnchor } from './note-anchor.ts';

/**
 * What a proof bundle says about one plan change: everything that was offered, said or shown, agreed, applied,
 * charged and sent, as the company's record has it, and nothing that a reader would have to look up elsewhere.
 * One schema makes, documents and reads it. It is strict: what it does not name is not in a bundle.
 */
const instant = z.iso.datetime();
const hash = z.string().regex(/^[0-9a-f]{64}$/);
const money = z.strictObject({ amount: z.string(), currency: z.string() });
const planChangeStatus = z.enum(PLAN_CHANGE_STATUSES);
const author = z.strictObject({
  type: z.enum(['agent', 'customer', 'ops', 'system']),
  id: z.string().nullable(),
});

const pricedPlan = z.strictObject({
  planCode: z.string(),
  planName: z.string(),
  version: z.number().int(),
  price: money,
  interval: z.enum(['month', 'year']),
});

/** What the figures rest on; null: from before it was kept. */
const basis = z.strictObject({ when: z.string(), from: pricedPlan, to: pricedPlan }).nullable();

/** As the account had them then; null: from before it was kept. */
const customerAsWas = z
  .strictObject({
    fullName: z.string(),
    accountNumber: z.string(),
    timeZone: z.string(),
    /** Left out of a masked copy, as name and account number are. */
    salt: z.uuid().nullable(),
    /** The hash of name and account number over the salt. */
    personal: hash,
  })
  .nullable();
export type BundleCustomer = NonNullable<z.output<typeof customerAsWas>>;

const quote = z.strictObject({
  revision: z.number().int().min(1),
  hash,
  /** The text that the hash is of: change, plan version, promotion, effective date, terms, lines, net. */
  canonicalJson: z.string(),
  createdAt: instant,
  expiresAt: instant,
  activateAt: instant.nullish(),
  basis: basis.optional(),
  /** To whom it was offered. */
  customer: customerAsWas.optional(),
  termsVersion: z.string(),
  dueNow: money,
  toBalance: money,
  nextBill: z.strictObject({ date: z.iso.date(), amount: money }),
  script: z.strictObject({ version: z.string(), text: z.string() }),
  interruptions: z.array(z.string()),
});
export type BundleQuote = z.output<typeof quote>;

const received = z.strictObject({
  evidenceId: z.uuid(),
  quoteHash: hash,
  method: z.enum(['verbal', 'written']),
  givenAt: instant,
  receivedAt: instant,
  /** Who recorded it; null: the customer, by a link. */
  agentId: z.uuid().nullable(),
  /** Recording, document, or what the page of a link showed and got, as it was received. */
  details: z.record(z.string(), z.unknown()),
  /** The hash of what is of a person in the details; the salt is left out of a masked copy, as they are. */
  personal: z.strictObject({ salt: z.uuid().nullable(), sha256: hash }).optional(),
  link: z
    .strictObject({
      linkId: z.uuid(),
      mailId: z.uuid(),
      createdAt: instant,
      expiresAt: instant,
      usedAt: instant.nullable(),
    })
    .nullable(),
});
export type BundleEvidence = z.output<typeof received>;

const consent = z.strictObject({
  consentId: z.uuid(),
  quoteRevision: z.number().int(),
  quoteHash: hash,
  /** A newer quote made this consent void; it stays on record. */
  superseded: z.boolean(),
  acceptedAt: instant,
  /** Who agreed. */
  customer: customerAsWas.optional(),
  evidence: received,
});
export type BundleConsent = z.output<typeof consent>;

/** A link of the account's chain; `note` only where it is about this change, or about one that takes it back. */
const chainLink = z.strictObject({
  sequence: z.number().int().min(1),
  hash,
  /** The hash of the row, by which the chain is followed where the note is not whole; null: a link from before it was so. */
  rowHash: hash.nullish(),
  note: z
    .strictObject({
      noteId: z.uuid(),
      kind: z.string(),
      body: z.string(),
      /** Contact data is left out of the body in this copy; the hash is of the note as it was written. */
      masked: z.literal(true).optional(),
      author,
      planChangeId: z.uuid().nullable(),
      revision: z.number().int(),
      createdAt: instant,
      /** Of the hash of the row; null: left out with the words of a masked note, or a note from before there was one. */
      salt: z.uuid().nullish(),
    })
    .nullable(),
});
export type ChainLink = z.output<typeof chainLink>;

const charge = z.strictObject({
  quoteRevision: z.number().int(),
  quoteHash: hash,
  lineNo: z.number().int(),
  reversal: z.boolean(),
  kind: z.enum(['credit', 'charge', 'fee']),
  description: z.string(),
  start: z.iso.date(),
  end: z.iso.date(),
  days: z.number().int(),
  ofDays: z.number().int(),
  amount: money,
  effectiveDate: z.iso.date(),
  postedAt: instant,
});
export type BundleCharge = z.output<typeof charge>;

const balanceEntry = z.strictObject({
  /** Whose balance it is; none: the first format did not have it. */
  customerId: z.uuid().optional(),
  quoteRevision: z.number().int(),
  reversal: z.boolean(),
  amount: money,
  effectiveDate: z.iso.date(),
  postedAt: instant,
});
export type BundleBalanceEntry = z.output<typeof balanceEntry>;

const mail = z.strictObject({
  mailId: z.uuid(),
  kind: z.string(),
  quoteRevision: z.number().int(),
  recipient: z.string(),
  subject: z.string(),
  text: z.string(),
  /** Left out of a masked copy: a name could be tried against a hash of known words. */
  textSha256: hash.nullable(),
  htmlSha256: hash.nullable(),
  /** What the note of the mail covers: its words (the salt left out of a masked copy), and the whole address. */
  sealed: z.strictObject({ wordsSalt: hash.nullable(), words: hash, recipient: hash }).optional(),
  status: z.string(),
  createdAt: instant,
  acceptedAt: instant.nullable(),
  providerMessageId: z.string().nullable(),
  /** The first format had it, and no note that could show it to be right. */
  possibleDuplicates: z.number().int().optional(),
  events: z.array(
    z.strictObject({
      event: z.string(),
      reason: z.string().nullable(),
      occurredAt: instant,
      receivedAt: instant,
    }),
  ),
});
export type BundleMail = z.output<typeof mail>;

/** A change by which this one was replaced, or that takes it back; one that was refused at once is none. */
const laterChange = z.strictObject({
  planChangeId: z.uuid(),
  how: z.enum(['replaces', 'reverts']),
  openedBy: z.uuid(),
  openedAt: instant,
  status: planChangeStatus,
  /** Null: not applied. */
  appliedAt: instant.nullable(),
});
export type LaterChange = z.output<typeof laterChange>;

const anchorProof = z.strictObject({
  sealed: sealedAnchor,
  /** The account's leaf. */
  head: chainHead,
  proof: z.array(z.strictObject({ side: z.enum(['left', 'right']), hash })),
});

/** Somebody who acts for the company, by the name and role that its list of agents had when the file was made. */
const namedAgent = z.strictObject({ agentId: z.uuid(), handle: z.string(), role: z.string() });
export type NamedAgent = z.output<typeof namedAgent>;

/** A consent link that left with a mail, whether or not it was used. */
const sentLink = z.strictObject({
  linkId: z.uuid(),
  quoteHash: hash,
  mailId: z.uuid(),
  createdAt: instant,
  expiresAt: instant,
  usedAt: instant.nullable(),
});
export type SentLink = z.output<typeof sentLink>;

/** What the program found when it checked the whole record, before it was masked and signed. */
const madeCheck = z.strictObject({
  /** Name of the check, the same in every version that has it. */
  id: z.string(),
  title: z.string(),
  /** What there was to check; empty: nothing. */
  looked: z.string(),
  problems: z.array(z.string()),
});
export type MadeCheck = z.output<typeof madeCheck>;

/**
 * A file is checked by making it again from its record, so what a format's page says never changes: another word or
 * member is another format, and the earlier ones stay (`earlier-formats.ts`).
 */
export const PRESENT_FORMAT = 'plan-change-evidence/2';

export const evidencePayload = z
  .strictObject({
    format: z.literal(PRESENT_FORMAT),
    /** In a masked copy names, account number, recipients, addresses, mail texts and contact data in notes are left out. */
    copy: z.enum(['full', 'masked']),
    generatedAt: instant,
    generatedFor: z.strictObject({ agentId: z.uuid(), role: z.string() }),
    /** Everybody of the company whose id is in the record, once; agents of the same name there are not. */
    agents: z.array(namedAgent),
    product: z.strictObject({ name: z.string(), version: z.string(), schema: z.string() }),
    company: z.strictObject({ name: z.string(), phone: z.string() }),
    customer: z.strictObject({
      customerId: z.uuid(),
      accountNumber: z.string(),
      fullName: z.string(),
      timeZone: z.string(),
    }),
    identification: z.strictObject({
      identificationId: z.uuid(),
      agentId: z.uuid(),
      verifiedAt: instant,
      expiresAt: instant,
    }),
    change: z.strictObject({
      planChangeId: z.uuid(),
      status: planChangeStatus,
      openedBy: z.uuid(),
      openedAt: instant,
      appliedAt: instant.nullable(),
      confirmedAt: instant.nullable(),
      closedAt: instant.nullable(),
      rejectionCode: z.string().nullable(),
      holdReason: z.string().nullable(),
      activation: z.strictObject({ when: z.string(), date: z.iso.date().nullable(), at: instant.nullable() }),
      currency: z.string(),
      from: pricedPlan,
      requestedPlanCode: z.string(),
      to: pricedPlan.nullable(),
      promotionCode: z.string().nullable(),
      quoteRevision: z.number().int(),
      replacesId: z.uuid().nullable(),
      revertsId: z.uuid().nullable(),
      transitions: z.array(z.strictObject({ status: planChangeStatus, at: instant })),
    }),
    laterChanges: z.array(laterChange),
    quotes: z.array(quote),
    terms: z.array(
      z.strictObject({ version: z.string(), sha256: hash, body: z.string(), publishedAt: instant }),
    ),
    consents: z.array(consent),
    /** Received, but not (or not yet) accepted. */
    notAccepted: z.array(received),
    /** The account's chain from its first note to the last of this change, or on to the anchor; of other changes only the hashes. */
    chain: z.array(chainLink),
    ledger: z.strictObject({ charges: z.array(charge), balance: z.array(balanceEntry) }),
    links: z.array(sentLink),
    mails: z.array(mail),
    anchor: anchorProof.nullable(),
    /** Why the newest anchor of the database is not taken for one: then there is none here. */
    anchorRefused: z.string().optional(),
    /** Instants in the customer's time zone as of the day of the bundle, for readers. */
    localTimes: z.record(z.string(), z.string()),
    checks: z.array(madeCheck),
  })
  .meta({ id: 'EvidencePayload' });
export type PresentPayload = z.output<typeof evidencePayload>;

export const bundleSignature = z.strictObject({
  algorithm: z.literal('Ed25519'),
  /** SHA-256 of the public key's DER. */
  keyId: hash,
  /** Base64 of the SPKI's DER. */
  publicKey: z.string(),
  /** Over the RFC 8785 canonical JSON of `payload`, 128 hex digits. */
  value: z.string().regex(/^[0-9a-f]{128}$/),
});
export type BundleSignature = z.output<typeof bundleSignature>;

export const evidenceBundle = z
  .strictObject({ payload: evidencePayload, signature: bundleSignature })
  .meta({ id: 'EvidenceBundle', description: 'Check it with `npm run verify-evidence`.' });
export type EvidenceBundle = z.output<typeof evidenceBundle>;

/** A record of any format, as checks and pages read it. */
export type EvidencePayload = Omit<PresentPayload, 'format'> & {
  readonly format: PresentPayload['format'] | 'plan-change-evidence/1';
};

import { canonicalJson, sha256Hex } from './canonical-json.ts';
import type { MoneyJson } from './money.ts';

/**
 * What a note says happened is bound to its note: the note ends with `record <SHA-256>`, the hash of the RFC 8785
 * canonical JSON of one of these records (ADR 0011). Notes are chained and anchored, so whoever alters a record later
 * would have to alter the chain as well. A record holds what the database stored, read back from it: instants as
 * 'YYYY-MM-DDTHH:MM:SS.ffffffZ', amounts in minor units as text.
 *
 * Notes are read by roles that see no names. A hash must not let anybody try names until one fits, so whatever is of a
 * person enters its record as a hash of its own over a random salt (`sealedPart`) that no such role is told.
 */

/** A plan of a quote, at the price that this account pays or will pay. */
export interface QuotedPlan {
  readonly planCode: string;
  readonly planName: string;
  readonly version: number;
  readonly price: MoneyJson;
  readonly interval: 'month' | 'year';
}

/** What the figures of a quote rest on. */
export interface QuoteBasis {
  readonly when: string;
  readonly from: QuotedPlan;
  readonly to: QuotedPlan;
}

/** The customer as the account had them when a quote was made or a consent accepted, with the salt of their seal. */
export interface CustomerAsWas {
  readonly fullName: string;
  readonly accountNumber: string;
  readonly timeZone: string;
  /** Random; null where the name is left out too. */
  readonly salt: string | null;
}

export interface CustomerRecord {
  readonly timeZone: string;
  /** `sealedPart` of name and account number. */
  readonly personal: string;
}

/** A quote beyond its own hash, which covers plan, promotion, date, terms, lines and net. */
export interface QuoteRecord {
  readonly planChangeId: string;
  readonly revision: number;
  readonly hash: string;
  readonly createdAt: string;
  readonly expiresAt: string;
  readonly activateAt: string | null;
  readonly termsVersion: string;
  readonly nextBillDate: string;
  readonly nextBillMinor: string;
  readonly scriptVersion: string;
  readonly scriptText: string;
  readonly interruptions: readonly string[];
  /** Null for quotes from before it was kept. */
  readonly basis: QuoteBasis | null;
  /** Null for quotes from before it was kept. */
  readonly customer: CustomerRecord | null;
}

/** A consent with its evidence, and the use of the link by which it came. */
export interface ConsentRecord {
  readonly consentId: string;
  readonly planChangeId: string;
  readonly quoteHash: string;
  readonly acceptedAt: string;
  readonly evidenceId: string;
  readonly method: string;
  readonly givenAt: string;
  readonly receivedAt: string;
  readonly agentId: string | null;
  /** Without what is of a person: see `personalDetails`. */
  readonly details: Readonly<Record<string, unknown>>;
  /** `sealedPart` of what is of a person. */
  readonly personal: string;
  readonly link: LinkRecord | null;
  /** Null for consents from before it was kept. */
  readonly customer: CustomerRecord | null;
}

export interface LinkRecord {
  readonly linkId: string;
  readonly mailId: string;
  readonly createdAt: string;
  readonly expiresAt: string;
  readonly usedAt: string | null;
}

export interface MailRecord {
  readonly mailId: string;
  readonly planChangeId: string;
  readonly kind: string;
  readonly quoteRevision: number;
  readonly createdAt: string;
  /** `sealedWords` */
  readonly words: string;
  /** `sealedRecipient` */
  readonly recipient: string;
}

/** What the provider reported of a mail in the end. */
export interface DeliveryRecord {
  readonly mailId: string;
  readonly event: string;
  readonly occurredAt: string;
}

const textOf = (of: string, record: object): string => canonicalJson({ of, ...record });
const hashOf = (of: string, record: object): string => sha256Hex(textOf(of, record));

/** The very text that the hash of a quote's record is over. The first records had no customer. */
export function quoteRecordText({ customer, ...quote }: QuoteRecord): string {
  return customer === null ? textOf('quote/1', quote) : textOf('quote/2', { ...quote, customer });
}

export function quoteRecordHash(quote: QuoteRecord): string {
  return sha256Hex(quoteRecordText(quote));
}

export function consentRecordHash({ customer, ...consent }: ConsentRecord): string {
  return customer === null ? hashOf('consent/1', consent) : hashOf('consent/2', { ...consent, customer });
}

export function mailRecordHash(mail: MailRecord): string {
  return hashOf('mail/1', mail);
}

export function deliveryRecordHash(delivery: DeliveryRecord): string {
  return hashOf('delivery/1', delivery);
}

const PERSONAL: ReadonlySet<string> = new Set([
  'typedName',
  'signedBy',
  'clientAddress',
  'userAgent',
  'name',
]);

/** Whether a member of the details of evidence is of a person. */
export function isPersonalDetail(name: string): boolean {
  return PERSONAL.has(name);
}

type Details = Readonly<Record<string, unknown>>;

/** The details of evidence in two: what anybody may read who reads the matter, and what is of a person. */
export function partedDetails(details: Details): { readonly open: Details; readonly personal: Details } {
  const part = (personal: boolean): Details =>
    Object.fromEntries(Object.entries(details).filter(([name]) => isPersonalDetail(name) === personal));
  return { open: part(false), personal: part(true) };
}

/** @param salt random, at least 122 bits: without it the hash tells nothing about the value */
export function sealedPart(salt: string, value: unknown): string {
  return sha256Hex(canonicalJson({ salt, value }));
}

export function customerRecord(customer: CustomerAsWas): CustomerRecord {
  const { fullName, accountNumber, timeZone, salt } = customer;
  return { timeZone, personal: sealedPart(salt ?? '', { fullName, accountNumber }) };
}

/** The salt of a mail is never given out; who may read the words gets this one, which says nothing of the address. */
export function wordsSalt(salt: string): string {
  return sha256Hex(`${salt} words`);
}

/** @param recipient masked, as a reader sees it. @param salt `wordsSalt` */
export function sealedWords(
  salt: string,
  mail: {
    readonly recipient: string;
    readonly subject: string;
    readonly text: string;
    readonly htmlSha256: string;
  },
): string {
  const { recipient, subject, text, htmlSha256 } = mail;
  return sealedPart(salt, { recipient, subject, text, htmlSha256 });
}

/** @param salt of the mail */
export function sealedRecipient(salt: string, recipient: string): string {
  return sealedPart(sha256Hex(`${salt} recipient`), recipient);
}

/** The hash that a note names of its record; null: written before notes named records, or about none. */
export function recordNamedIn(body: string): string | null {
  // What follows is free text.
  const [own = ''] = body.split(' Reason: ', 1);
  return /\brecord ([0-9a-f]{64})\b/i.exec(own)?.[1] ?? null;
}

import type { MailOutcome } from '../activities/ports.ts';

const ACCEPTED = 202;
/** A wrong key or a paused account: nothing is wrong with the mail, and ops can mend it. */
const MENDED_BY_OPS = new Set([401, 403]);
/** Nothing was taken, and a later try may be: an incomplete request, throttling. */
const TRY_LATER = new Set([408, 425, 429]);
const LONGEST_RETRY_AFTER_MS = 3_600_000;

/**
 * System calls that come before the first byte of a request. Their failures name them, so that a refused or
 * unreachable connection is told from one that broke later with the same code (ETIMEDOUT, EHOSTUNREACH).
 */
const BEFORE_SENDING = new Set(['getaddrinfo', 'connect']);
/**
 * A TLS handshake that failed: the certificate was not accepted, or the two sides did not agree on a protocol.
 * Other TLS errors may come with the answer.
 */
const HANDSHAKE = new Set([
  ...['CERT_HAS_EXPIRED', 'CERT_NOT_YET_VALID', 'CERT_REVOKED', 'CERT_UNTRUSTED', 'CERT_REJECTED'],
  ...['CERT_SIGNATURE_FAILURE', 'CERT_CHAIN_TOO_LONG', 'INVALID_CA', 'INVALID_PURPOSE', 'HOSTNAME_MISMATCH'],
  ...['DEPTH_ZERO_SELF_SIGNED_CERT', 'SELF_SIGNED_CERT_IN_CHAIN', 'PATH_LENGTH_EXCEEDED'],
  ...['UNABLE_TO_GET_ISSUER_CERT', 'UNABLE_TO_GET_ISSUER_CERT_LOCALLY', 'UNABLE_TO_VERIFY_LEAF_SIGNATURE'],
  ...['ERR_TLS_CERT_ALTNAME_INVALID', 'ERR_SSL_WRONG_VERSION_NUMBER', 'ERR_SSL_UNSUPPORTED_PROTOCOL'],
  ...['ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION', 'ERR_SSL_SSLV3_ALERT_HANDSHAKE_FAILURE'],
]);

/**
 * What an answer of the provider means. 202 is the only one that takes the mail; another success (SendGrid's
 * sandbox, a proxy in between) says nothing certain.
 * @param headers of the answer, names in lower case
 */
export function outcomeOfAnswer(status: number, headers: unknown): MailOutcome {
  if (status === ACCEPTED)
    return { outcome: 'accepted', providerMessageId: headerOf(headers, 'x-message-id') };
  if (status < 300) return { outcome: 'unknown' };
  const isClientError = status >= 400 && status < 500;
  if (isClientError && !MENDED_BY_OPS.has(status) && !TRY_LATER.has(status)) {
    return { outcome: 'refused', status };
  }
  return {
    outcome: 'unavailable',
    status,
    retryAfterMs: retryAfterOf(headerOf(headers, 'retry-after'), Date.now()),
  };
}

/**
 * What a rejection of @sendgrid/mail means. It is an answer of 400 or more (`code` is the status), another
 * answer that could not be read to its end, or a failure of the connection. Only a failure that certainly came
 * before the request left is "unavailable"; a timeout, a reset or anything unforeseen may have come after the
 * mail was taken.
 */
export function outcomeOfFailure(error: unknown): MailOutcome {
  const { code, response, cause } = propertiesOf(error);
  const { status, headers } = propertiesOf(response);
  const answered = typeof code === 'number' ? code : status;
  if (typeof answered === 'number') return outcomeOfAnswer(answered, headers);
  return failedBeforeSending(cause ?? error)
    ? { outcome: 'unavailable', status: null, retryAfterMs: null }
    : { outcome: 'unknown' };
}

function failedBeforeSending(failure: unknown): boolean {
  const { code, syscall, errors } = propertiesOf(failure);
  // One failure for each address of a name with several.
  if (Array.isArray(errors) && errors.length > 0) return errors.every(failedBeforeSending);
  if (typeof syscall === 'string' && BEFORE_SENDING.has(syscall)) return true;
  // EPROTO: the request could not be encrypted, because the handshake had failed.
  if (code === 'EPROTO' && syscall === 'write') return true;
  return typeof code === 'string' && HANDSHAKE.has(code);
}

/** Milliseconds of a Retry-After in seconds or as a date, at most an hour; null where it says nothing of use. */
function retryAfterOf(value: string | null, now: number): number | null {
  if (value === null) return null;
  const wait = /^\d+$/.test(value) ? Number(value) * 1_000 : Date.parse(value) - now;
  return wait > 0 ? Math.min(wait, LONGEST_RETRY_AFTER_MS) : null;
}

function headerOf(headers: unknown, name: string): string | null {
  const value = propertiesOf(headers)[name];
  return typeof value === 'string' && value !== '' ? value : null;
}

function propertiesOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
}

export type DomainErrorCode =
  | 'UNKNOWN_CURRENCY'
  | 'BAD_AMOUNT'
  | 'BAD_DATE'
  | 'BAD_INSTANT'
  | 'UNKNOWN_TIME_ZONE'
  | 'SKIPPED_DATE'
  | 'BAD_CYCLE';

/**
 * Input that the rules of money and dates refuse. `code` is for programs, `message` is one sentence for
 * people and never holds more than a clipped piece of the refused text.
 */
export class DomainError extends Error {
  override readonly name = 'DomainError';
  readonly code: DomainErrorCode;

  constructor(code: DomainErrorCode, message: string) {
    super(message);
    this.code = code;
  }
}

/** `text` in double quotes for an error message, clipped so that hostile input cannot flood a log line. */
export function quoted(text: string): string {
  return JSON.stringify(text.length > 40 ? `${text.slice(0, 40)}…` : text);
}

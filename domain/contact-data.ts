/** What a customer can be reached or found by. */
export interface ContactData {
  readonly fullName: string;
  readonly email: string;
  readonly serviceAddress: string;
  readonly accountNumber: string;
}

const MASK = '***';

const EMAIL = /[^\s@<>(),;:"]+@[^\s@<>(),;:"]+\.[^\s@<>(),;:".]+/g;
/** Ten digits or more, or eight after a plus, written as people write numbers; no date, time, id or amount. */
const PHONE =
  /(?<![\w.:-])(?!\d{4}-\d{2}-\d{2}\b)(?:\+(?:[ ()./-]*\d){8,15}|\(?\d(?:[ ()./-]*\d){9,14})(?![\w:]|-\w|\.\d)/g;

/**
 * Free text for roles that see no contact data: the customer's own, and whatever looks like an email address or a
 * telephone number, becomes `***`. Names of other people cannot be known and stay.
 */
export function maskContactData(text: string, known: ContactData): string {
  const own = [known.email, known.serviceAddress, known.fullName, known.accountNumber]
    .filter((value) => value !== '')
    .map((value) => value.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&'));
  const masked = own.length === 0 ? text : text.replace(new RegExp(own.join('|'), 'giu'), MASK);
  return masked.replace(EMAIL, MASK).replace(PHONE, MASK);
}

/** `zoe.obrien@example.com` → `z***@example.com`: enough to ask whether it is still right. */
export function maskEmail(email: string): string {
  const at = email.lastIndexOf('@');
  return `${email.slice(0, 1)}***${email.slice(at)}`;
}

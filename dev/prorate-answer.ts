import { z } from 'zod';
import { isInstant, isPlainDate, isTimeZone, localDateOf } from '../domain/calendar.ts';
import { DomainError } from '../domain/domain-error.ts';
import { currencyExponent, formatDecimal, parseDecimal } from '../domain/money.ts';
import { prorate } from '../domain/proration.ts';
import { idTextOf } from './prorate-id.ts';

const date = z.string().refine(isPlainDate, 'not a calendar date as YYYY-MM-DD');
const plan = z.object({ price: z.string(), cycle: z.object({ start: date, end: date }) });

/** One input line without its id. Unknown members are ignored; a decimal is a string, never a JSON number. */
const Request = z.object({
  currency: z.string(),
  timeZone: z.string().refine(isTimeZone, 'not an IANA time zone name'),
  changeAt: z.string().refine((text) => isPlainDate(text) || isInstant(text), {
    error: 'neither a calendar date as YYYY-MM-DD nor an instant with Z or an offset',
  }),
  old: plan,
  new: plan,
  creditCap: z.string().optional(),
});

/** One line to print (without its newline) and whether it holds figures rather than an error. */
export interface ProrateAnswer {
  line: string;
  isRight: boolean;
}

/** A refusal of one line, as a sentence for its author. */
class LineError extends Error {}

/**
 * Answers one JSON line of `npm run --silent prorate`: `{id, credit, charge, net, creditDays, chargeDays}` or
 * `{id, error}`, with id null where none can be read.
 * @param text the line's text, or undefined where its bytes are not UTF-8
 */
export function answerLine(text: string | undefined): ProrateAnswer {
  let idText = 'null';
  try {
    const members = parseObject(text);
    idText = idTextOf(text ?? '', members) ?? refuse('id: must be a string, a number, true, false or null');
    return { line: withId(idText, figuresOf(members)), isRight: true };
  } catch (error) {
    if (!(error instanceof LineError)) throw error;
    return { line: withId(idText, { error: error.message }), isRight: false };
  }
}

function parseObject(text: string | undefined): object {
  if (text === undefined) return refuse('The line is not valid UTF-8');
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return refuse('The line is not valid JSON');
  }
  const isObject = typeof value === 'object' && value !== null && !Array.isArray(value);
  return isObject ? (value as object) : refuse('The line is not a JSON object');
}

function figuresOf(members: object): object {
  const parsed = Request.safeParse(members);
  if (!parsed.success) {
    return refuse(parsed.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`).join('; '));
  }
  const { currency, timeZone, changeAt, old, new: next, creditCap } = parsed.data;
  named('currency', () => currencyExponent(currency));
  const changeDate = named('changeAt', () =>
    isPlainDate(changeAt) ? changeAt : localDateOf(changeAt, timeZone),
  );
  const oldPriceMinor = named('old.price', () => parseDecimal(old.price, currency));
  const newPriceMinor = named('new.price', () => parseDecimal(next.price, currency));
  const cap = named('creditCap', () =>
    creditCap === undefined ? undefined : parseDecimal(creditCap, currency),
  );
  const { creditMinor, chargeMinor, netMinor, creditDays, chargeDays } = named('cycle', () =>
    prorate({
      ...{ oldPriceMinor, newPriceMinor, oldCycle: old.cycle, newCycle: next.cycle, changeDate },
      ...(cap === undefined ? {} : { creditCapMinor: cap }),
    }),
  );
  return {
    credit: formatDecimal(creditMinor, currency),
    charge: formatDecimal(chargeMinor, currency),
    net: formatDecimal(netMinor, currency),
    creditDays,
    chargeDays,
  };
}

/** What `read` returns; what the domain refuses becomes the line's error, with the member's name in front. */
function named<T>(member: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (error instanceof DomainError) return refuse(`${member}: ${error.message}`);
    throw error;
  }
}

function refuse(message: string): never {
  throw new LineError(message);
}

/** The id goes out as the JSON text it came in, so that a number too long for a double survives. */
function withId(idText: string, rest: object): string {
  return `{"id":${idText},${JSON.stringify(rest).slice(1)}`;
}

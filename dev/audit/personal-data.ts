import type { Query } from './check.ts';

/** Something that must never leave the database, and whose it is. */
export interface PersonalText {
  readonly kind: string;
  readonly customer_id: string;
  readonly plan_change_id: string | null;
  readonly text: string;
}

/** Everything personal of the customers who had anything to do with a change. */
const PERSONAL_TEXTS = `
  WITH known AS (SELECT * FROM customers c WHERE EXISTS (SELECT FROM identifications WHERE customer_id = c.id)
                 OR EXISTS (SELECT FROM plan_changes WHERE customer_id = c.id))
  SELECT 'account number' AS kind, id AS customer_id, NULL::uuid AS plan_change_id, account_number AS text FROM known
  UNION ALL SELECT 'account number', id, NULL, account_key FROM known
  UNION ALL SELECT 'name', id, NULL, full_name FROM known
  UNION ALL SELECT 'address', id, NULL, service_address FROM known
  UNION ALL SELECT 'email address', id, NULL, email FROM known
  UNION ALL SELECT 'remark', pc.customer_id, pc.id, r.body FROM remarks r JOIN plan_changes pc ON pc.id = r.plan_change_id
  UNION ALL SELECT 'remark', n.customer_id, n.plan_change_id, n.body FROM account_notes n WHERE n.kind = 'remark'
  UNION ALL SELECT 'evidence', pc.customer_id, pc.id, v.value
    FROM consent_evidence e JOIN plan_changes pc ON pc.id = e.plan_change_id
    CROSS JOIN LATERAL jsonb_each_text(CASE WHEN jsonb_typeof(e.details) = 'object' THEN e.details END) AS v (key, value) WHERE v.key IN ('name', 'signedBy', 'typedName')`;

/** Finds personal texts inside other texts, whatever stands between their words. */
export interface PersonalDataFinder {
  /** Texts too short to be told from ordinary words. */
  readonly tooShort: number;
  readonly size: number;
  /** What of it the texts hold, each once. */
  find(texts: Iterable<string>): PersonalText[];
}

export async function personalDataFinder(query: Query): Promise<PersonalDataFinder> {
  return finderOf(await query<PersonalText>(PERSONAL_TEXTS));
}

/** A text is looked for when it has two words or one of eight letters: "May" is a name and a month. */
const SHORTEST_WORD = 8;
/** Names of members and types come again in every event: what was clean once needs no second look. */
const REMEMBERED = { texts: 10_000, longest: 64 };

export function finderOf(personal: readonly PersonalText[]): PersonalDataFinder {
  const byFirstWords = new Map<string, { readonly words: readonly string[]; readonly of: PersonalText }[]>();
  let tooShort = 0;
  for (const of of personal) {
    const words = wordsOf(of.text);
    const [one = '', two] = words;
    if (two === undefined && one.length < SHORTEST_WORD) {
      tooShort += 1;
      continue;
    }
    const key = two === undefined ? one : `${one} ${two}`;
    const same = byFirstWords.get(key);
    if (same) same.push({ words, of });
    else byFirstWords.set(key, [{ words, of }]);
  }

  const clean = new Set<string>();
  const inText = (text: string): PersonalText[] => {
    const words = wordsOf(text);
    const found = words.flatMap((word, at) =>
      [byFirstWords.get(word), byFirstWords.get(`${word} ${words[at + 1] ?? ''}`)]
        .flatMap((candidates) => candidates ?? [])
        .filter((candidate) => candidate.words.every((wanted, offset) => words[at + offset] === wanted))
        .map(({ of }) => of),
    );
    const isWorthIt = text.length <= REMEMBERED.longest && clean.size < REMEMBERED.texts;
    if (found.length === 0 && isWorthIt) clean.add(text);
    return found;
  };
  return {
    tooShort,
    size: personal.length - tooShort,
    find(texts) {
      const found = new Set<PersonalText>();
      for (const text of texts) {
        if (!clean.has(text)) for (const personalText of inText(text)) found.add(personalText);
      }
      return [...found];
    },
  };
}

function wordsOf(text: string): string[] {
  return text
    .normalize('NFKD')
    .replaceAll(/\p{M}+/gu, '')
    .toLowerCase()
    .split(/[^\p{L}\p{N}]+/u)
    .filter((word) => word !== '');
}

/** Every text inside a decoded protocol message: payloads as the JSON they are, all other members as they are. */
export function* textsOf(value: unknown): Generator<string> {
  if (typeof value === 'string') yield value;
  else if (value instanceof Uint8Array) yield* textsOfBytes(value);
  else if (Array.isArray(value)) for (const item of value) yield* textsOf(item);
  else if (typeof value === 'object' && value !== null) {
    for (const [key, member] of Object.entries(value)) {
      yield key;
      yield* textsOf(member);
    }
  }
}

function* textsOfBytes(bytes: Uint8Array): Generator<string> {
  const text = Buffer.from(bytes).toString('utf8');
  yield text;
  try {
    // Inside JSON a letter may be written as an escape.
    yield* textsOf(JSON.parse(text));
  } catch {
    // not JSON: its text was given
  }
}

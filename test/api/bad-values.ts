import {
  changedAt,
  isRequired,
  pathsOf,
  valueAt,
  type Json,
  type JsonSchema,
  type Path,
  type Schemas,
} from './json-samples.ts';

export interface BadBody {
  readonly what: string;
  /** As it is sent. */
  readonly text: string;
  /** No schema of ours may take it. */
  readonly neverValid: boolean;
}

/** Texts that have hurt somebody; whether they are welcome depends on the member. */
const HOSTILE_TEXTS: Readonly<Record<string, string>> = {
  unicode: 'Ζωή 🎉 漢字 ﷽ e\u0301',
  'right to left': '\u202Etxt.exe\u202C مرحبا',
  'zero width': 'a\u200Bb\uFEFFc',
  noncharacter: 'a\uFFFEb\uFFFF',
  controls: 'a\u0001\u001B[31m\u007Fb',
  SQL: `'; DROP TABLE customers; --`,
  'SQL escape': `\\'; SELECT pg_sleep(9); --`,
  bindings: ':id ?? $1 ?',
  HTML: '<script>alert(1)</script>"><img src=x onerror=alert(1)>',
  'CR and LF': 'a\r\nBcc: everybody@example.org\r\n\r\nb',
  template: '${7*7} {{7*7}} <%= 7*7 %>',
  path: '../../../../etc/passwd',
  'percent encoding': '%00%0d%0a%ff',
  'prototype key': '__proto__',
  'a word for nothing': 'undefined',
};

const NEVER_A_TEXT: Readonly<Record<string, string>> = {
  empty: '',
  blank: ' \t\r\n\u00A0',
  NUL: 'a\u0000b',
  'half of a pair': 'a\uD800b',
  'the other half': '\uDFFF',
  '20 kB': 'x'.repeat(20_000),
};

const NEVER_A_NUMBER: readonly number[] = [-1, 0.5, 1e308, Number.MAX_SAFE_INTEGER];

/** Everything of the list that can be done to one body, member by member. */
export function badBodiesOf(sample: Json, schema: JsonSchema, schemas: Schemas): BadBody[] {
  return [...pathsOf(sample).flatMap((path) => badAt(sample, path, schema, schemas)), ...badWholes(sample)];
}

function badAt(sample: Json, path: Path, schema: JsonSchema, schemas: Schemas): BadBody[] {
  const place = path.length === 0 ? 'the body' : path.join('.');
  const now = valueAt(sample, path);
  const set = (what: string, value: Json, neverValid: boolean): BadBody => ({
    what: `${place}: ${what}`,
    text: JSON.stringify(changedAt(sample, path, value)),
    neverValid,
  });
  const bodies: BadBody[] = [];
  const others: Json[] = [7, true, 'text', [], {}, [now]];
  for (const other of others.filter((candidate) => kindOf(candidate) !== kindOf(now))) {
    bodies.push(set(`${kindOf(other)} for ${kindOf(now)}`, other, true));
  }
  if (path.length > 0) {
    bodies.push(set('null', null, true));
    bodies.push({
      what: `${place}: missing`,
      text: JSON.stringify(changedAt(sample, path, undefined)),
      neverValid: isRequired(schema, schemas, path),
    });
  }
  if (typeof now === 'string') {
    for (const [what, value] of Object.entries(NEVER_A_TEXT)) bodies.push(set(what, value, true));
    for (const [what, value] of Object.entries(HOSTILE_TEXTS)) bodies.push(set(what, value, false));
  }
  if (typeof now === 'number') {
    for (const value of NEVER_A_NUMBER) bodies.push(set(`the number ${value}`, value, true));
    bodies.push(set('the number 0', 0, false), set('the number as text', String(now), true));
    bodies.push({
      ...set('too large for a number', 'HUGE', true),
      text: JSON.stringify(changedAt(sample, path, 'HUGE')).replace('"HUGE"', '1e999'),
    });
  }
  if (kindOf(now) === 'object') {
    for (const name of ['unknown', 'constructor', 'toString', 'hasOwnProperty', '']) {
      bodies.push(set(`a member ${name || 'without a name'}`, { ...(now as object), [name]: 1 }, true));
    }
    const marked = JSON.stringify(changedAt(sample, path, { ...(now as object), MARK: { isAdmin: true } }));
    bodies.push({
      what: `${place}: a member __proto__`,
      text: marked.replace('"MARK"', '"__proto__"'),
      neverValid: true,
    });
    bodies.push(set('nested 2,000 deep', { ...(now as object), deep: nested(2_000) }, true));
  }
  if (Array.isArray(now))
    bodies.push(
      set(
        '5,000 elements',
        Array.from({ length: 5_000 }, () => 1),
        true,
      ),
    );
  return bodies;
}

function badWholes(sample: Json): BadBody[] {
  const text = JSON.stringify(sample);
  return [
    { what: 'only the first half', text: text.slice(0, text.length / 2), neverValid: true },
    { what: 'twice', text: text + text, neverValid: true },
    { what: 'single quotes', text: `{'a': 1}`, neverValid: true },
    { what: 'NaN', text: 'NaN', neverValid: true },
    { what: 'a form', text: 'reason=because&explained=1', neverValid: true },
    { what: 'XML', text: '<?xml version="1.0"?><reason>because</reason>', neverValid: true },
    { what: 'NULs', text: '\0\0\0\0', neverValid: true },
    { what: '15,000 brackets', text: '['.repeat(15_000) + ']'.repeat(15_000), neverValid: true },
    { what: '100 kB', text: `{"reason":"${'x'.repeat(100_000)}"}`, neverValid: true },
    { what: '1 MB', text: ' '.repeat(1_000_000) + text, neverValid: true },
  ];
}

function nested(depth: number): Json {
  let value: Json = [];
  for (let level = 0; level < depth; level += 1) value = [value];
  return value;
}

function kindOf(value: Json): string {
  if (value === null) return 'null';
  return Array.isArray(value) ? 'array' : typeof value;
}

import fc from 'fast-check';

/** As much of JSON Schema as the OpenAPI document uses. */
export interface Schema {
  readonly $ref?: string;
  readonly type?: string | readonly string[];
  readonly format?: string;
  readonly pattern?: string;
  readonly const?: unknown;
  readonly enum?: readonly unknown[];
  readonly minimum?: number;
  readonly maximum?: number;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly minItems?: number;
  readonly maxItems?: number;
  readonly oneOf?: readonly Schema[];
  readonly anyOf?: readonly Schema[];
  readonly allOf?: readonly Schema[];
  readonly items?: Schema;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
}

export type Schemas = Readonly<Record<string, Schema>>;
/** Values for members of this name; none where the schema alone says what may be there. */
export type Known = (name: string) => readonly unknown[];

/** Texts that have hurt other programs. */
export const HOSTILE_TEXTS: readonly string[] = [
  '<script>alert(1)</script>',
  '"><img src=x onerror=alert(1)>',
  "'; DROP TABLE customers; --",
  "' OR '1'='1",
  '{{7*7}}${7*7}<%= 7*7 %>',
  '__proto__',
  'constructor',
  'a\r\nSet-Cookie: x=1\r\n\r\n<h1>',
  'a\u0000b',
  '\u202egnp.exe',
  '\ud800',
  '𝒳\u0301 é ﷽ 🏳️‍🌈',
  '%00%0d%0a',
  '../../../../etc/passwd',
  'javascript:alert(1)',
  '\u200b',
  ' ',
  '',
  '-0',
  '1e309',
  '9'.repeat(400),
  'x'.repeat(5_000),
];

export const hostileValue: fc.Arbitrary<unknown> = fc.oneof(
  fc.constantFrom(...HOSTILE_TEXTS),
  fc.string({ unit: 'binary', maxLength: 40 }),
  fc.constantFrom<unknown>(null, true, false, 0, -1, 1.5, 1e21, -0, 2 ** 53, [], {}, [[]], [null]),
  fc.integer(),
  fc.double({ noNaN: true, noDefaultInfinity: true }),
  fc.jsonValue({ maxDepth: 3 }),
);

/** A value that the schema takes; members of which `known` has values get one of those. */
export function validValue(schema: Schema, schemas: Schemas, known: Known, name = ''): fc.Arbitrary<unknown> {
  const taught = known(name);
  return taught.length === 0 ? unknownValue(schema, schemas, known) : fc.constantFrom(...taught);
}

function unknownValue(schema: Schema, schemas: Schemas, known: Known): fc.Arbitrary<unknown> {
  if (schema.$ref !== undefined) return validValue(resolve(schema.$ref, schemas), schemas, known);
  const variants = schema.oneOf ?? schema.anyOf ?? schema.allOf;
  if (variants) return fc.oneof(...variants.map((variant) => validValue(variant, schemas, known)));
  if (schema.const !== undefined) return fc.constant(schema.const);
  if (schema.enum) return fc.constantFrom(...schema.enum);
  const types = typeof schema.type === 'string' ? [schema.type] : (schema.type ?? ['object']);
  return fc.oneof(...types.map((type) => ofType(type, schema, schemas, known)));
}

function ofType(type: string, schema: Schema, schemas: Schemas, known: Known): fc.Arbitrary<unknown> {
  switch (type) {
    case 'null':
      return fc.constant(null);
    case 'boolean':
      return fc.boolean();
    case 'integer':
    case 'number':
      return fc.integer({ min: schema.minimum ?? -5, max: Math.min(schema.maximum ?? 1_000, 1_000_000) });
    case 'array':
      return fc.array(validValue(schema.items ?? {}, schemas, known), {
        minLength: schema.minItems ?? 0,
        maxLength: Math.min(schema.maxItems ?? 3, 3),
      });
    case 'string':
      return text(schema);
    default: {
      const members = Object.entries(schema.properties ?? {}).map(
        ([name, member]) => [name, validValue(member, schemas, known, name)] as const,
      );
      const required = schema.required ?? [];
      return fc.record(Object.fromEntries(members), { requiredKeys: [...required] });
    }
  }
}

function text({ format, pattern, minLength = 0, maxLength = 200 }: Schema): fc.Arbitrary<string> {
  if (format === 'uuid') return fc.uuid();
  if (format === 'date-time')
    return fc
      .integer({ min: -26, max: 26 })
      .map((hours) => new Date(Date.now() + hours * 3_600_000).toISOString());
  if (format === 'date')
    return fc
      .integer({ min: -3, max: 420 })
      .map((days) => new Date(Date.now() + days * 86_400_000).toISOString().slice(0, 10));
  if (pattern !== undefined) {
    try {
      return fc.stringMatching(new RegExp(pattern, 'u'), { size: 'small' });
    } catch {
      // Some patterns (look-arounds) cannot be turned round: any text will do.
    }
  }
  const any = fc.string({
    unit: 'grapheme',
    minLength: Math.max(minLength, 1),
    maxLength: Math.min(maxLength, 60),
  });
  const fitting = HOSTILE_TEXTS.filter(({ length }) => length >= minLength && length <= maxLength);
  return fc.oneof(any, fc.constantFrom(...fitting, 'A plain text'));
}

export function resolve(ref: string, schemas: Schemas): Schema {
  const found = schemas[ref.split('/').at(-1) ?? ''];
  if (!found) throw new Error(`the document has no ${ref}`);
  return found;
}

/** A valid value with one thing wrong: a member gone, exchanged or added. */
export function nearlyValid(valid: fc.Arbitrary<unknown>): fc.Arbitrary<unknown> {
  const extra = fc.constantFrom(
    '__proto__',
    'constructor',
    'prototype',
    'toString',
    'extra',
    '$where',
    'id',
    'status',
  );
  return fc
    .tuple(valid, fc.nat(1_000), fc.constantFrom('remove', 'exchange', 'add'), hostileValue, extra)
    .map(([value, at, how, hostile, name]) => {
      if (typeof value !== 'object' || value === null) return hostile;
      const places = placesOf(value);
      const [holder, key] = places[at % Math.max(places.length, 1)] ?? [];
      // Written as text: an object literal would set the prototype instead of a member of that name.
      if (how === 'add' || !holder || key === undefined)
        return JSON.parse(
          JSON.stringify({ ...value, '\u0001': hostile }).replace('"\\u0001"', JSON.stringify(name)),
        ) as unknown;
      if (how === 'remove') Reflect.deleteProperty(holder, key);
      else holder[key] = hostile;
      return value;
    });
}

function placesOf(value: object): [Record<string, unknown>, string][] {
  const holder = value as Record<string, unknown>;
  return Object.entries(value).flatMap(([key, member]) => [
    [holder, key] as [Record<string, unknown>, string],
    ...(typeof member === 'object' && member !== null ? placesOf(member as object) : []),
  ]);
}

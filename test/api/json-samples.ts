/** As much of JSON Schema as the OpenAPI document uses. */
export interface JsonSchema {
  readonly $ref?: string;
  readonly type?: string | readonly string[];
  readonly format?: string;
  readonly pattern?: string;
  readonly example?: unknown;
  readonly const?: unknown;
  readonly enum?: readonly unknown[];
  readonly minimum?: number;
  readonly minItems?: number;
  readonly oneOf?: readonly JsonSchema[];
  readonly anyOf?: readonly JsonSchema[];
  readonly items?: JsonSchema;
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly required?: readonly string[];
}

export type Schemas = Readonly<Record<string, JsonSchema>>;
export type Json = null | boolean | number | string | Json[] | { [member: string]: Json };
export type Path = readonly (string | number)[];

/** A value that the schema takes, for each of its variants; optional members are there. */
export function samplesOf(schema: JsonSchema, schemas: Schemas): Json[] {
  const known = resolved(schema, schemas);
  const variants = known.oneOf ?? known.anyOf;
  if (variants) return variants.flatMap((variant) => samplesOf(variant, schemas));
  if (known.properties) return objectSamples(known.properties, schemas);
  if (known.items) {
    const item = samplesOf(known.items, schemas)[0] ?? null;
    return [Array.from({ length: Math.max(known.minItems ?? 1, 1) }, () => item)];
  }
  const value = known.const ?? known.enum?.[0] ?? known.example ?? scalarOf(known);
  return [value as Json];
}

/** The first sample of each member; then, for each member with variants, those. */
function objectSamples(properties: Readonly<Record<string, JsonSchema>>, schemas: Schemas): Json[] {
  const choices = Object.entries(properties).map(
    ([name, member]) => [name, samplesOf(member, schemas)] as const,
  );
  const first = Object.fromEntries(choices.map(([name, [sample = null]]) => [name, sample]));
  const others = choices.flatMap(([name, samples]) =>
    samples.slice(1).map((sample) => ({ ...first, [name]: sample })),
  );
  return [first, ...others];
}

function scalarOf({ type, format, pattern, minimum }: JsonSchema): Json {
  if (format === 'date-time') return new Date().toISOString();
  if (type === 'integer' || type === 'number') return Math.max(minimum ?? 1, 1);
  if (type === 'boolean') return true;
  return ['text', '12.34', 'USD', 'A-1'].find((text) => new RegExp(pattern ?? '').test(text)) ?? 'text';
}

export function resolved(schema: JsonSchema, schemas: Schemas): JsonSchema {
  const name = schema.$ref?.split('/').at(-1);
  const found = name === undefined ? schema : schemas[name];
  if (!found) throw new Error(`The document has no schema ${String(name)}`);
  return found;
}

/** Whether the member, or the only element, at the end of the path may not be left out. */
export function isRequired(schema: JsonSchema, schemas: Schemas, path: Path): boolean {
  const [step, ...rest] = path;
  const known = resolved(schema, schemas);
  const variants = known.oneOf ?? known.anyOf;
  if (variants) return variants.some((variant) => isRequired(variant, schemas, path));
  if (typeof step === 'number') {
    return rest.length === 0 ? known.minItems === 1 : isRequired(known.items ?? {}, schemas, rest);
  }
  if (step === undefined) return true;
  const member = known.properties?.[step];
  if (!member) return false;
  return rest.length === 0 ? (known.required ?? []).includes(step) : isRequired(member, schemas, rest);
}

/** Every place in a value, the value itself first. */
export function pathsOf(value: Json, at: Path = []): Path[] {
  if (value === null || typeof value !== 'object') return [at];
  return [
    at,
    ...Object.entries(value).flatMap(([name, member]) =>
      pathsOf(member, [...at, Array.isArray(value) ? Number(name) : name]),
    ),
  ];
}

export function valueAt(value: Json, path: Path): Json {
  return path.reduce<Json>((found, step) => (found as Record<string | number, Json>)[step] ?? null, value);
}

/** A copy in which one place has another value; `undefined` takes it away. */
export function changedAt(value: Json, [step, ...rest]: Path, replacement: Json | undefined): Json {
  if (step === undefined) return replacement ?? null;
  const copy = structuredClone(value) as Record<string | number, Json>;
  if (rest.length > 0) copy[step] = changedAt(copy[step] ?? null, rest, replacement);
  else if (replacement === undefined && Array.isArray(copy)) copy.splice(Number(step), 1);
  else if (replacement === undefined) Reflect.deleteProperty(copy, step);
  else copy[step] = replacement;
  return copy;
}

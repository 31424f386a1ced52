import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import type { Schema, Schemas } from './schema-arbitrary.ts';

export interface Parameter {
  readonly in: string;
  readonly name: string;
  readonly required?: boolean;
  readonly schema: Schema;
}

interface Content {
  readonly schema?: Schema;
}

export interface Operation {
  readonly method: string;
  readonly path: string;
  readonly operationId: string;
  readonly parameters: readonly Parameter[];
  readonly body: Schema | undefined;
  /** Of the body as a form, where it may come as one. */
  readonly form: Schema | undefined;
  readonly security: readonly object[] | undefined;
  readonly responses: Readonly<Record<string, { readonly content?: Readonly<Record<string, Content>> }>>;
}

export interface ApiDocument {
  readonly operations: readonly Operation[];
  readonly schemas: Schemas;
  /** Undefined when the document allows this answer; else what it does not allow. */
  deviation(operation: Operation, status: number, contentType: string, text: string): string | undefined;
}

interface RawDocument {
  readonly paths: Readonly<
    Record<
      string,
      Readonly<
        Record<
          string,
          Omit<Operation, 'method' | 'path' | 'body' | 'form' | 'parameters'> & {
            readonly parameters?: readonly Parameter[];
            readonly requestBody?: { readonly content: Readonly<Record<string, Content>> };
          }
        >
      >
    >
  >;
  readonly components: { readonly schemas: Schemas };
}

/** The OpenAPI document as it is served, ready to judge answers by. */
export async function readDocument(origin: string): Promise<ApiDocument> {
  const raw = (await (await fetch(`${origin}/openapi.json`)).json()) as RawDocument;
  const ajv = new Ajv2020({ strict: false, validateFormats: true });
  addFormats.default(ajv);
  ajv.addSchema({ ...raw, $id: 'openapi' });
  const operations = Object.entries(raw.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]): Operation => {
      const { parameters = [], requestBody, operationId, responses, security } = operation;
      const body = requestBody?.content['application/json']?.schema;
      const form = requestBody?.content['application/x-www-form-urlencoded']?.schema;
      return { method: method.toUpperCase(), path, operationId, parameters, body, form, responses, security };
    }),
  );
  // The same schema stands under many operations and statuses, and compiling takes its time.
  const compiled = new Map<string, ValidateFunction>();
  const validatorOf = (content: Content): ValidateFunction => {
    const schema = JSON.stringify(content.schema ?? {}).replaceAll('"#/components/', '"openapi#/components/');
    const validate = compiled.get(schema) ?? ajv.compile(JSON.parse(schema) as object);
    compiled.set(schema, validate);
    return validate;
  };
  return {
    operations,
    schemas: raw.components.schemas,
    deviation({ responses }, status, contentType, text) {
      const documented = responses[String(status)];
      if (!documented) return `the status ${status} is not documented`;
      const [type = ''] = contentType.split(';');
      if (!documented.content)
        return text === '' ? undefined : `${status} has a body, and none is documented`;
      const content = documented.content[type];
      if (!content) return `${status} is ${type}, which is not documented`;
      if (!/json$/.test(type)) return undefined;
      let value: unknown;
      try {
        value = JSON.parse(text);
      } catch {
        return `${status} is no JSON`;
      }
      const validate = validatorOf(content);
      return validate(value) ? undefined : `${status}: ${ajv.errorsText(validate.errors)}`;
    },
  };
}

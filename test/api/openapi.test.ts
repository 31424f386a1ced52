import assert from 'node:assert/strict';
import { Ajv2020 } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import { z } from 'zod';
import { openApiDocument } from '../../api/openapi.ts';
import type { Route } from '../../api/route.ts';
import { identification } from '../../api/schemas/accounts.ts';
import { createApiRig, verbalConsent, type ApiAnswer, type ApiRig } from '../support/api-rig.ts';
import { openApi, routeOf, routes, type OpenApi, type OpenApiOperation } from './documented.ts';

interface Placed {
  readonly path: string;
  readonly method: string;
  readonly operation: OpenApiOperation;
}

/** The rules of OpenAPI 3.1 that a program which reads the document relies on, and the document against answers. */
interface SecurityScheme {
  readonly type: string;
  readonly in?: string;
  readonly scheme?: string;
  readonly description?: string;
}

describe('API: OpenAPI document', () => {
  let api: ApiRig;
  let document: OpenApi;
  let operations: Placed[];
  let ajv: Ajv2020;

  before(async () => {
    api = await createApiRig('api openapi');
    document = await openApi(api);
    operations = Object.entries(document.paths).flatMap(([path, item]) =>
      Object.entries(item).map(([method, operation]) => ({ path, method, operation })),
    );
    ajv = new Ajv2020({ strict: false, allErrors: true });
    addFormats.default(ajv);
    ajv.addSchema({ $id: 'openapi', ...document });
  });
  after(() => api.close());

  const conforms = (answer: ApiAnswer, operationId: string): void => {
    const { operation } = operations.find((one) => one.operation.operationId === operationId) ?? {};
    assert.ok(operation, operationId);
    const contentType = (answer.headers.get('content-type') ?? '').split(';')[0] ?? '';
    const documented = operation.responses[answer.status];
    const schema = documented?.content?.[contentType]?.schema;
    assert.ok(schema, `${operationId}: ${answer.status} ${contentType} is not in the document`);
    const valid = ajv.validate(inDocument(schema), JSON.parse(answer.text));
    assert.ok(valid, `${operationId}: ${ajv.errorsText()}`);
  };

  it('is OpenAPI 3.1 and says where it is served', async () => {
    const answer = await api.get('/openapi.json', { as: null });
    assert.match(answer.headers.get('content-type') ?? '', /^application\/json/);
    const { openapi, info, servers, components } = JSON.parse(answer.text) as OpenApi & {
      info: { title: string; version: string };
      servers: { url: string }[];
      components: { securitySchemes: Record<string, SecurityScheme> };
    };
    assert.match(openapi, /^3\.1\.\d+$/);
    assert.ok(info.title.length > 0 && info.version.length > 0);
    assert.deepEqual(servers, [{ url: api.origin }]);
    const { session, apiKey: bearer } = components.securitySchemes;
    assert.deepEqual([bearer?.type, bearer?.scheme], ['http', 'bearer']);
    assert.match(bearer?.description ?? '', /more than 60 wrong ones a minute .* 429/);
    assert.deepEqual([session?.type, session?.in], ['apiKey', 'cookie']);
  });

  it('has every route that is served, each with a name of its own, a summary, a tag and answers', () => {
    for (const { path, method, operationId } of routes(api)) {
      assert.equal(document.paths[path]?.[method]?.operationId, operationId);
    }
    const names = operations.map(({ operation }) => operation.operationId);
    assert.equal(new Set(names).size, names.length);
    for (const { path, method, operation } of operations) {
      const where = `${method} ${path}`;
      assert.match(path, /^\//);
      assert.ok(['get', 'post', 'delete'].includes(method), where);
      assert.match(operation.operationId, /^[a-z][A-Za-z]+$/, where);
      assert.ok(operation.summary && operation.summary.length > 10 && operation.summary.length <= 120, where);
      assert.equal(operation.tags?.length, 1, where);
      const statuses = Object.keys(operation.responses);
      assert.ok(
        statuses.some((status) => /^2\d\d$/.test(status)),
        where,
      );
      for (const [status, { description, content = {} }] of Object.entries(operation.responses)) {
        assert.ok(description.length > 3, `${where} ${status}`);
        // Customers are people: what they see in a browser is a page.
        const isForPeople = path.startsWith('/consent/');
        const media = ['application/problem+json', ...(isForPeople ? ['text/html'] : [])];
        // A catch-all would make every mistake of ours a documented answer.
        assert.match(status, /^[245]\d\d$/, where);
        if (Number(status) >= 400) assert.deepEqual(Object.keys(content), media, `${where} ${status}`);
      }
      assert.equal(operation.requestBody === undefined, method !== 'post', where);
    }
  });

  it('lists the problems of a route by what it is made of, so that a new one has them all', () => {
    const statuses = (changed: Partial<Route>): string[] => {
      const route = { ...routeOf(api, 'listEvidenceKeys'), path: '/v1/everything', ...changed };
      const { paths } = openApiDocument([route], api.origin) as OpenApi;
      return Object.keys(paths[route.path]?.['get']?.responses ?? {});
    };
    const anything = z.strictObject({});
    assert.deepEqual(statuses({}), ['200', '503']);
    assert.deepEqual(statuses({ path: '/v1/everything/{id}' }), ['200', '404', '503']);
    assert.deepEqual(statuses({ query: anything }), ['200', '422', '503']);
    assert.deepEqual(statuses({ body: anything }), ['200', '400', '413', '415', '422', '503']);
    assert.deepEqual(statuses({ access: ['agent', 'supervisor', 'ops', 'auditor'] }), [
      '200',
      '401',
      '429',
      '503',
    ]);
    assert.deepEqual(statuses({ access: ['agent'] }), ['200', '401', '403', '429', '503']);
    assert.deepEqual(statuses({ problems: [409] }), ['200', '409', '503']);
  });

  it('declares every parameter of every path, and the Idempotency-Key as the contract has it', () => {
    for (const { path, method, operation } of operations) {
      const declared = operation.parameters ?? [];
      const inPath = declared.filter((one) => one.in === 'path');
      assert.deepEqual(
        inPath.map(({ name }) => name),
        [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name),
        path,
      );
      for (const { required, name } of inPath) assert.equal(required, true, `${path} ${name}`);
      const places = declared.map((one) => `${one.in} ${one.name}`);
      assert.equal(new Set(places).size, places.length, path);
      const route = routes(api).find((one) => one.path === path && one.method === method);
      const key = declared.find(({ name }) => name === 'Idempotency-Key');
      if (!route || route.idempotencyKey === 'none') assert.equal(key, undefined, path);
      else assert.equal(key?.required ?? false, route.idempotencyKey === 'required', path);
    }
  });

  it('has schemas that are JSON Schema, all of them used, and examples that they take', () => {
    const text = JSON.stringify(document);
    const refs = new Set(
      [...text.matchAll(/"\$ref":"#\/components\/schemas\/(\w+)"/g)].map(([, name]) => name),
    );
    assert.deepEqual(refs, new Set(Object.keys(document.components.schemas)));
    let examples = 0;
    const different = new Map(schemasIn(document).map((schema) => [JSON.stringify(schema), schema]));
    for (const schema of different.values()) {
      ajv.compile(inDocument(schema));
      if (!('example' in schema)) continue;
      examples += 1;
      assert.ok(
        ajv.validate(inDocument(schema), schema['example']),
        `${JSON.stringify(schema)} ${ajv.errorsText()}`,
      );
    }
    assert.ok(examples > 10);
  });

  it('is what the answers are: of a whole change, of the lists and of problems', async () => {
    const customer = await api.stranger();
    const { accountNumber, fullName, serviceAddress, customerId } = customer;
    const identified = await api.post('/v1/identifications', { accountNumber, fullName, serviceAddress });
    conforms(identified, 'identifyCustomer');
    const { identificationId } = identified.read(identification);
    const body = { identificationId, planCode: 'fiber-plus', activation: { when: 'immediately' } };
    const opened = await api.post('/v1/plan-changes', body);
    conforms(opened, 'openPlanChange');
    const { planChangeId, quote } = JSON.parse(opened.text) as {
      planChangeId: string;
      quote: { hash: string };
    };
    const path = `/v1/plan-changes/${planChangeId}`;
    conforms(await api.post(`${path}/consent`, verbalConsent(quote.hash)), 'recordConsent');
    conforms(await api.get(path), 'getPlanChange');
    conforms(await api.get('/v1/plan-changes?limit=1'), 'listPlanChanges');
    conforms(await api.get('/v1/plans'), 'listPlans');
    conforms(await api.get('/v1/terms/2025-02', { headers: { accept: 'application/json' } }), 'getTerms');
    conforms(await api.post(`/v1/customers/${customerId}/notes`, { body: 'a note' }), 'addNote');
    conforms(await api.get(`/v1/customers/${customerId}/notes`), 'listNotes');
    conforms(await api.get(`/v1/customers/${customerId}/statement`), 'getStatement');
    conforms(await api.get(`/v1/customers/${customerId}/plan-changes`), 'listCustomerPlanChanges');
    conforms(await api.get('/livez', { as: null }), 'getLiveness');
    conforms(await api.get('/readyz', { as: null }), 'getReadiness');
    conforms(await api.post('/v1/plan-changes', { ...body, planCode: 7 }), 'openPlanChange');
    conforms(await api.post('/v1/plan-changes', body, { key: null }), 'openPlanChange');
    conforms(await api.get('/v1/plan-changes/0'), 'getPlanChange');
    conforms(await api.get('/v1/plans', { as: null }), 'listPlans');
  });

  it('can be read as a page that asks nobody else for anything', async () => {
    const page = await api.get('/docs', { as: null });
    assert.equal(page.status, 200);
    assert.match(page.headers.get('content-type') ?? '', /^text\/html/);
    const policy = page.headers.get('content-security-policy') ?? '';
    assert.match(policy, /default-src 'self'/);
    assert.doesNotMatch(policy.replace(/style-src[^;]*/, ''), /unsafe-inline|unsafe-eval|https?:/);
    const loaded = [...page.text.matchAll(/(?:src|href)="([^"]+)"/g)].map(([, url]) => url ?? '');
    assert.ok(loaded.length >= 3);
    for (const url of loaded) {
      assert.match(url, /^\//, 'nothing from elsewhere');
      assert.equal((await api.get(url, { as: null })).status, 200, url);
    }
    assert.doesNotMatch(page.text, /<script(?![^>]*src=)/);
  });
});

/** References of a schema are to its document. */
function inDocument(schema: object): object {
  return JSON.parse(JSON.stringify(schema).replaceAll('"#/components/', '"openapi#/components/')) as object;
}

/** Every schema in the document: what stands under `schema`, the components, and all that is in them. */
function schemasIn(document: OpenApi): Record<string, unknown>[] {
  const found: Record<string, unknown>[] = [];
  const visit = (value: unknown, isSchema: boolean): void => {
    if (typeof value !== 'object' || value === null) return;
    if (isSchema && !Array.isArray(value)) found.push(value as Record<string, unknown>);
    for (const [name, member] of Object.entries(value)) {
      visit(member, name === 'schema' || (isSchema && ['items', 'additionalProperties'].includes(name)));
      if (isSchema && name === 'properties')
        for (const one of Object.values(member as object)) visit(one, true);
    }
  };
  visit(document.paths, false);
  for (const schema of Object.values(document.components.schemas)) visit(schema, true);
  return found;
}

import assert from 'node:assert/strict';
import { problem } from '../../api/schemas/common.ts';
import type { Route } from '../../api/route.ts';
import { createApiRig, type ApiAnswer, type ApiRig } from '../support/api-rig.ts';
import { eventually } from '../support/eventually.ts';
import { rowCounts, rowsGained } from '../support/database-contents.ts';
import { badBodiesOf, type BadBody } from './bad-values.ts';
import { assertDocumented, openApi, routes, type OpenApi } from './documented.ts';
import { expectProblem } from './expect-problem.ts';
import { samplesOf, type Json } from './json-samples.ts';

const AT_ONCE = 8;
const LARGEST_BODY = 32 * 1024;

/**
 * Every body of every operation, spoilt in every way of the list: never a 5xx, always a problem, and what is
 * refused leaves nothing behind. Operations and bodies come from the OpenAPI document, so a new one is covered.
 */
describe('API: bad bodies', function () {
  this.timeout(120_000);
  let api: ApiRig;
  let document: OpenApi;

  before(async () => {
    api = await createApiRig('api bad bodies');
    document = await openApi(api);
  });
  after(() => api.close());

  /** The path to a change or a customer of the agent's own, so that nothing is refused before the body. */
  const target = async (path: string): Promise<string> => {
    const { planChangeId, customerId } = await api.opened(await api.stranger());
    return path.replace('{id}', path.includes('/customers/') ? customerId : planChangeId);
  };

  const send = async (
    path: string,
    bodies: readonly BadBody[],
    judge: (body: BadBody, answer: ApiAnswer) => void,
  ) => {
    for (let at = 0; at < bodies.length; at += AT_ONCE) {
      const some = bodies.slice(at, at + AT_ONCE);
      const answers = await Promise.all(some.map(({ text }) => api.post(path, text)));
      for (const [index, answer] of answers.entries()) judge(some[index]!, answer);
    }
  };

  const isTaken = (route: Route, text: string): boolean => {
    if (Buffer.byteLength(text) > LARGEST_BODY) return false;
    try {
      return route.body?.safeParse(JSON.parse(text) ?? {}).success ?? false;
    } catch {
      return false;
    }
  };

  const refusedAsInput = (body: BadBody, answer: ApiAnswer): void => {
    const code = answer.read(problem).code;
    const statuses: Record<string, number> = {
      'invalid-input': 422,
      'body-not-json': 400,
      'body-too-large': 413,
    };
    assert.ok(code in statuses, `${body.what}: ${answer.status} ${answer.text.slice(0, 300)}`);
    const { errors } = expectProblem(answer, statuses[code] ?? 0, code);
    if (code === 'invalid-input') assert.ok(errors && errors.length > 0 && errors.length <= 20, body.what);
  };

  const survived =
    (route: Route) =>
    (body: BadBody, answer: ApiAnswer): void => {
      const seen = `${body.what}: ${answer.status} ${answer.text.slice(0, 300)}`;
      assert.ok(answer.status < 500, seen);
      if (answer.status < 300) return assertDocumented(api, route.operationId, answer);
      expectProblem(answer, answer.status, answer.read(problem).code);
    };

  /** What the operation before caused goes on behind its answer: its mails are recorded when they have left. */
  const mailsAreSent = (): Promise<true> =>
    eventually(
      async () => {
        const { rows } = await api.rig.ownerKnex.raw<{ rows: object[] }>(
          `SELECT 1 FROM email_outbox m
           WHERE NOT EXISTS (SELECT 1 FROM step_receipts r JOIN plan_changes pc ON pc.id = m.plan_change_id
             WHERE r.step = 'sendNotice:' || m.id OR (m.kind = 'summary' AND pc.closed_at IS NOT NULL))`,
        );
        return rows.length === 0 ? true : undefined;
      },
      { within: 30_000, what: 'every mail to be sent' },
    );

  it('of every operation are refused as input and leave nothing behind, or are dealt with as words', async () => {
    let refused = 0;
    let words = 0;
    for (const route of routes(api).filter(({ method }) => method === 'post')) {
      const schema = document.paths[route.path]?.['post']?.requestBody?.content['application/json']?.schema;
      assert.ok(schema, `${route.operationId} has no body in the document`);
      const { schemas } = document.components;
      const bodies = new Map<string, BadBody>();
      for (const sample of samplesOf(schema, schemas)) {
        assert.ok(isTaken(route, JSON.stringify(sample)), `${route.operationId}: ${JSON.stringify(sample)}`);
        // What the variants of a body share is spoilt once.
        for (const body of badBodiesOf(sample, schema, schemas)) bodies.set(body.what, body);
      }
      const path = await target(route.path);
      const [bad, taken] = split([...bodies.values()], ({ text }) => !isTaken(route, text));
      assert.deepEqual(
        taken.filter(({ neverValid }) => neverValid).map(({ what }) => what),
        [],
        route.operationId,
      );

      await mailsAreSent();
      const before = await rowCounts(api.rig.ownerKnex);
      await send(path, bad, refusedAsInput);
      assert.deepEqual(rowsGained(before, await rowCounts(api.rig.ownerKnex)), {}, route.operationId);

      const { identificationId } = await api.identify(await api.stranger());
      const real = taken.map((body) => ({ ...body, text: withMember(body.text, { identificationId }) }));
      await send(path, real, survived(route));
      await api.rig.ownerKnex('rate_limits').delete();
      refused += bad.length;
      words += taken.length;
    }
    assert.ok(refused > 800 && words > 100, `${refused} refused, ${words} taken as words`);
  });

  it('of what is beside the registry are problems too', async () => {
    const known = new Set(routes(api).map(({ operationId }) => operationId));
    for (const [path, { post }] of Object.entries(document.paths)) {
      const schema = post?.requestBody?.content['application/json']?.schema;
      if (!post || !schema || known.has(post.operationId)) continue;
      const [sample = null] = samplesOf(schema, document.components.schemas);
      const bodies = badBodiesOf(sample, schema, document.components.schemas);
      const before = await rowCounts(api.rig.ownerKnex);
      for (const { what, text } of bodies) {
        const url = path.replace(/\{\w+\}/, 'x'.repeat(43));
        const answer = await api.post(url, text, { as: null, headers: { accept: 'application/json' } });
        const seen = `${post.operationId} ${what}: ${answer.status} ${answer.text.slice(0, 300)}`;
        assert.ok(answer.status >= 400 && answer.status < 500, seen);
        expectProblem(answer, answer.status, answer.read(problem).code);
      }
      // A sign-in that fails is counted, and nothing else.
      const gained = Object.keys(rowsGained(before, await rowCounts(api.rig.ownerKnex)));
      assert.deepEqual(
        gained.filter((table) => table !== 'rate_limits'),
        [],
        post.operationId,
      );
    }
  });

  it('leave no mark on the process', () => {
    assert.equal(({} as Record<string, unknown>)['isAdmin'], undefined);
    assert.deepEqual(Object.keys(Object.prototype), []);
  });

  it('that hold HTML, SQL and line breaks come back exactly as they went in', async () => {
    const path = await target('/v1/customers/{id}/notes');
    for (const { text } of badBodiesOf({ body: 'a' }, { properties: { body: {} } }, {})) {
      const answer = await api.post(path, text);
      if (answer.status !== 201) continue;
      const sent = JSON.parse(text) as { body: string };
      assert.equal((JSON.parse(answer.text) as { body: string }).body, sent.body);
    }
  });
});

function split<T>(all: readonly T[], isFirst: (one: T) => boolean): [T[], T[]] {
  return [all.filter((one) => isFirst(one)), all.filter((one) => !isFirst(one))];
}

/** Puts a usable value into a member that the body has; the rest stays as it is. */
function withMember(text: string, members: Readonly<Record<string, string>>): string {
  const body = JSON.parse(text) as Json;
  if (body === null || typeof body !== 'object' || Array.isArray(body)) return text;
  const present = Object.entries(members).filter(([name]) => name in body);
  return present.length === 0 ? text : JSON.stringify({ ...body, ...Object.fromEntries(present) });
}

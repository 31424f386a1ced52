import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { plan, terms } from '../../api/schemas/accounts.ts';
import { page } from '../../api/schemas/common.ts';
import { parseDecimal } from '../../domain/money.ts';
import { createApiRig, type ApiRig } from '../support/api-rig.ts';
import { assertDocumented } from './documented.ts';

const plans = page(plan);

describe('API: plans and terms', () => {
  let api: ApiRig;

  before(async () => {
    api = await createApiRig('api catalogue');
  });
  after(() => api.close());

  it('lists the plans that may start today, cheapest first, with running promotions', async () => {
    const answer = await api.get('/v1/plans');
    assertDocumented(api, 'listPlans', answer);
    const { items, nextCursor } = answer.read(plans);
    const prices = items.map(({ price }) => parseDecimal(price.amount, price.currency));
    assert.deepEqual(
      prices,
      [...prices].sort((one, other) => Number(one - other)),
    );
    assert.equal(nextCursor, null);
    const codes = items.map(({ planCode }) => planCode);
    assert.ok(codes.includes('fiber-plus') && !codes.includes('dsl-two-lines'));
    const basic = items.find(({ planCode }) => planCode === 'fiber-basic');
    assert.equal(basic?.technology, 'fiber');
    assert.deepEqual(basic.allowances['data'], { amount: 1000, unit: 'GB' });
    const promotions = items.find(({ planCode }) => planCode === 'fiber-plus')?.promotions ?? [];
    assert.deepEqual(
      promotions.map(({ promotionCode }) => promotionCode),
      ['FIBER-10'],
    );
  });

  it('lists the plans of another date', async () => {
    const { items } = (await api.get('/v1/plans?on=2023-06-30')).read(plans);
    const retired = items.find(({ planCode }) => planCode === 'dsl-two-lines');
    assert.equal(retired?.availableUntil, '2023-07-01');
    const after = (await api.get('/v1/plans?on=2023-07-01')).read(plans);
    assert.ok(!after.items.some(({ planCode }) => planCode === 'dsl-two-lines'));
  });

  it('gives the terms exactly as the quote hashed them, to everybody', async () => {
    const { quote } = await api.opened(await api.stranger());
    assert.ok(quote);
    assert.ok(quote.terms.url.startsWith(`${api.origin}/v1/terms/`));
    const path = quote.terms.url.slice(api.origin.length);
    const text = await api.get(path, { as: null });
    assertDocumented(api, 'getTerms', text);
    assert.match(text.headers.get('content-type') ?? '', /^text\/plain; charset=utf-8/);
    assert.equal(createHash('sha256').update(text.text).digest('hex'), quote.terms.sha256);
    const json = await api.get(path, { as: null, headers: { accept: 'application/json' } });
    assertDocumented(api, 'getTerms', json);
    const { version, sha256 } = quote.terms;
    assert.deepEqual(json.read(terms), { version, sha256, text: text.text });
    // A browser, which accepts everything after HTML, gets a page; the words are the same.
    const page = await api.get(path, {
      as: null,
      headers: { accept: 'text/html,application/xhtml+xml,*/*;q=0.8' },
    });
    assert.match(page.headers.get('content-type') ?? '', /^text\/html/);
    assert.match(page.text, new RegExp(`<h1>Terms of service, version ${version}</h1>`));
  });
});

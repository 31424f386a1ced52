import assert from 'node:assert/strict';
import { pino } from 'pino';
import { createStatusEvents, type StatusEvents } from '../../api/status-events.ts';
import { openDatabase } from '../../db/knex.ts';
import { eventually } from '../support/eventually.ts';
import { createTestDatabase, type TestDatabase } from '../support/test-stack.ts';
import { openGate, type GateState, type TcpGate } from './tcp-gate.ts';

const TIMES = { reconnectAfter: 50, checkEvery: 100, answerWithin: 500 };

describe('the listener of the database’s notifications', () => {
  let database: TestDatabase;
  let gate: TcpGate;
  let events: StatusEvents;
  const heard: number[] = [];

  before(async () => {
    database = await createTestDatabase('status events');
  });
  after(() => database.drop());
  beforeEach(async () => {
    const url = new URL(database.appUrl);
    gate = await openGate({ host: url.hostname, port: Number(url.port) }, 'open');
    url.port = String(gate.port);
    events = createStatusEvents(url.href, pino({ level: 'silent' }), TIMES);
    heard.length = 0;
    events.subscribe('a-change', { changed: () => heard.push(Date.now()), ended: () => undefined });
    await isHeard();
  });
  afterEach(async () => {
    await events.close();
    await gate.close();
  });

  const isHeard = async (): Promise<void> => {
    await eventually(() => Promise.resolve(heard.length > 0 || undefined), { what: 'a notification' });
    heard.length = 0;
  };
  const notify = async (): Promise<void> => {
    const knex = openDatabase({ url: database.appUrl, maxConnections: 1 });
    try {
      await knex.raw(`SELECT pg_notify('plan_change_status', 'a-change')`);
    } finally {
      await knex.destroy();
    }
  };

  it('hears of a change', async () => {
    await notify();
    await isHeard();
  });

  for (const state of ['half-open', 'silent', 'closed'] as const satisfies readonly GateState[]) {
    it(`notices a connection that is ${state}, and reads on once there is another`, async () => {
      await gate.set(state);
      await notify();
      if (state !== 'half-open') await gate.set('open');
      await isHeard();
      await notify();
      await isHeard();
    });
  }

  it('gives up a farewell that nobody answers', async () => {
    await gate.set('half-open');
    const asked = Date.now();
    await events.close();
    assert.ok(Date.now() - asked < 5_000, `took ${Date.now() - asked} ms`);
  });
});

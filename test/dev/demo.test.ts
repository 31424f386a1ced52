import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import { pino } from 'pino';
import { createApp } from '../../api/app.ts';
import { createStatusEvents } from '../../api/status-events.ts';
import { createPlanChangeGateway, type PlanChangeGateway } from '../../api/plan-change-gateway.ts';
import type { Plan } from '../../dev/demo/api-client.ts';
import { choosePlan } from '../../dev/demo/choose-plan.ts';
import { shortened } from '../../dev/demo/teller.ts';
import { seedAgents } from '../../dev/seed/seed-agents.ts';
import { DEFAULT_POLICY } from '../../domain/policy.ts';
import { createSendgridMailer } from '../../emails/sendgrid-mailer.ts';
import { createTemplates } from '../../emails/templates.ts';
import { createRig, startWorker, type Rig, type RigWorker } from '../support/plan-change-rig.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { startSendgridDouble, testTemporal, type TestSendgrid } from '../support/test-stack.ts';

const checkout = path.resolve(import.meta.dirname, '../..');
const KEYS = {
  agent: 'pc_demoAgen_0123456789abcdef',
  supervisor: 'pc_demoSupe_0123456789abcdef',
  ops: 'pc_demoOper_0123456789abcdef',
  auditor: 'pc_demoAudi_0123456789abcdef',
};

interface Played {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

/** `npm run demo` as a process of its own. */
function play(dataDir: string): Promise<Played> {
  return new Promise((resolve) => {
    const args = ['--import', 'tsx', 'dev/demo.ts', '--data-dir', dataDir];
    execFile(process.execPath, args, { cwd: checkout, timeout: 50_000 }, (error, out, err) => {
      resolve({ code: error === null ? 0 : Number(error.code), out: stripVTControlCharacters(out), err });
    });
  });
}

describe('npm run demo', function () {
  this.timeout(170_000);
  const folder = temporaryFolder();
  let rig: Rig;
  let worker: RigWorker;
  let sendgrid: TestSendgrid;
  let gateway: PlanChangeGateway;
  let server: Server;

  before(async () => {
    sendgrid = await startSendgridDouble();
    rig = await createRig('demo', {
      mailer: createSendgridMailer({
        apiKey: 'SG.test',
        baseUrl: sendgrid.origin,
        from: 'service@company.example',
        fromName: 'QuickConnect',
      }),
      templates: createTemplates({
        name: 'QuickConnect',
        phone: '+1 800 555 0100',
        supportEmail: 'service@company.example',
        publicUrl: 'http://127.0.0.1',
      }),
    });
    worker = await startWorker(rig);
    await seedAgents(rig.ownerKnex, KEYS);
    const { address, namespace, uiUrl } = await testTemporal();
    gateway = createPlanChangeGateway({ connection: { address }, namespace, taskQueue: worker.taskQueue });
    server = createServer(
      createApp({
        knex: rig.knex,
        gateway,
        policy: DEFAULT_POLICY,
        log: pino({ level: 'silent' }),
        webhookPublicKey: undefined,
        statusEvents: createStatusEvents(rig.database.appUrl, pino({ level: 'silent' })),
        publicUrl: 'http://127.0.0.1',
        temporal: { uiUrl, namespace },
      }),
    ).listen(0, '127.0.0.1');
    await once(server, 'listening');

    const { port } = server.address() as AddressInfo;
    const endpoints = {
      api: `http://127.0.0.1:${port}`,
      outbox: sendgrid.origin,
      temporalUi: uiUrl,
      databaseUrl: rig.database.appUrl,
      keys: KEYS,
    };
    writeFileSync(path.join(folder.path, 'endpoints.json'), JSON.stringify(endpoints));
  });

  after(async () => {
    server.closeAllConnections();
    server.close();
    await gateway.close();
    await worker.stop();
    await rig.close();
    await sendgrid.stop();
    folder.remove();
  });

  it('plays the six steps, passing over an account that is busy, and once more', async () => {
    const busy = await rig.account({ fullName: 'Bea Busy' });
    await worker.open(rig.input(busy));
    const [ann, ben] = [
      await rig.account({ fullName: 'Ann Able' }),
      await rig.account({ fullName: 'Ben Bright', planCode: 'fiber-two-lines-complete' }),
    ];
    const customers = [busy, ann, ben].map(({ accountNumber, fullName, serviceAddress }) => ({
      accountNumber,
      fullName,
      serviceAddress,
    }));
    writeFileSync(path.join(folder.path, 'demo-customers.json'), JSON.stringify(customers));

    const first = await play(folder.path);
    assert.deepEqual({ code: first.code, err: first.err }, { code: 0, err: '' }, first.out);
    const headings = first.out.match(/^\d {2}.+$/gm);
    assert.equal(headings?.length, 6);
    assert.match(first.out, /Ann Able, account/);
    assert.match(first.out, /Status +completed/);
    assert.match(first.out, /Temporal UI +http:\S+\/workflows\/plan-change-[0-9a-f-]{36}\/\S+\/history/);
    assert.match(first.out, /Notes +6 on this change, chain verified/);

    const [mail] = await sendgrid.messages();
    assert.ok(mail);
    assert.equal(mail.to, ann.email);
    assert.ok(first.out.includes(`${sendgrid.origin}/#${mail.id}`));

    const second = await play(folder.path);
    assert.equal(second.code, 0, second.err);
    assert.match(second.out, /Ben Bright, account/);

    const third = await play(folder.path);
    assert.equal(third.code, 0, third.err);
    assert.match(third.out, /Ann Able, account/);
    assert.equal((await sendgrid.messages()).length, 3);
  });

  it('says how to start the system where none is running', async () => {
    const { code, out, err } = await play(path.join(folder.path, 'elsewhere'));
    assert.deepEqual({ code, out }, { code: 1, out: '' });
    assert.match(err, /^No system is running on \S+: start it with `npm start`.+\n$/);
  });

  it('says so when the API of endpoints.json is gone', async () => {
    const gone = temporaryFolder();
    const nobody = 'http://127.0.0.1:9';
    const endpoints = {
      api: nobody,
      outbox: nobody,
      temporalUi: nobody,
      databaseUrl: 'postgresql://127.0.0.1:9/none',
      keys: KEYS,
    };
    writeFileSync(path.join(gone.path, 'endpoints.json'), JSON.stringify(endpoints));
    const customers = [{ accountNumber: '1', fullName: 'Ann Able', serviceAddress: '1 Main Street' }];
    writeFileSync(path.join(gone.path, 'demo-customers.json'), JSON.stringify(customers));
    const { code, err } = await play(gone.path);
    gone.remove();
    assert.equal(code, 1);
    assert.match(
      err,
      /^The API at http:\/\/127\.0\.0\.1:9 does not answer: start the system with `npm start`\.\n$/,
    );
  });
});

describe('the plan that the demonstration recommends', () => {
  const usd = (amount: string) => ({ amount, currency: 'USD' });
  const plan = (planCode: string, amount: string, interval: Plan['interval'] = 'month'): Plan => ({
    planCode,
    planName: planCode,
    version: 1,
    price: usd(amount),
    interval,
    features: [],
    availableFrom: '2015-01-01',
    availableUntil: null,
    promotions: [],
  });
  const plans = [
    plan('small', '9.50'),
    plan('middle', '20.00'),
    plan('large', '100.00'),
    plan('yearly', '96.00', 'year'),
  ];

  it('is the cheapest that costs more than what is paid now', () => {
    assert.equal(choosePlan(plans, { planCode: 'small', price: usd('9.50') })?.planCode, 'middle');
    assert.equal(choosePlan(plans, { planCode: 'small', price: usd('25.00') })?.planCode, 'large');
  });

  it('is the dearest of the others where nothing costs more', () => {
    assert.equal(choosePlan(plans, { planCode: 'large', price: usd('100.00') })?.planCode, 'middle');
  });

  it('is billed as often as the present one', () => {
    assert.equal(choosePlan(plans, { planCode: 'yearly', price: usd('96.00') }), undefined);
  });
});

describe('a body as the demonstration shows it', () => {
  it('is cut where values or the whole are long', () => {
    assert.equal(
      shortened({ name: 'Ann', hash: 'a'.repeat(64) }),
      `{"name":"Ann","hash":"${'a'.repeat(35)}…"}`,
    );
    assert.equal(shortened(['x'.repeat(30), 'y'.repeat(30), 'z'.repeat(30), 'w'.repeat(30)]).length, 100);
  });
});

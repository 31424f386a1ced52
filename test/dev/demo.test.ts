import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import type { Plan } from '../../dev/demo/api-client.ts';
import { choosePlan } from '../../dev/demo/choose-plan.ts';
import { PATHS } from '../../dev/demo/paths/all-paths.ts';
import { shortened } from '../../dev/demo/teller.ts';
import type { TestAccount } from '../../dev/seed/test-account.ts';
import { createSendgridMailer } from '../../emails/sendgrid-mailer.ts';
import { createTemplates } from '../../emails/templates.ts';
import { createApiRig, type ApiRig } from '../support/api-rig.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { startSendgridDouble, type TestSendgrid } from '../support/test-stack.ts';

const checkout = path.resolve(import.meta.dirname, '../..');
const NOBODY = 'http://127.0.0.1:9';

interface Played {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

/** `npm run demo` as a process of its own. */
function play(dataDir: string, ...options: readonly string[]): Promise<Played> {
  return new Promise((resolve) => {
    const args = ['--import', 'tsx', 'dev/demo.ts', '--data-dir', dataDir, ...options];
    execFile(process.execPath, args, { cwd: checkout, timeout: 50_000 }, (error, out, err) => {
      resolve({ code: error === null ? 0 : Number(error.code), out: stripVTControlCharacters(out), err });
    });
  });
}

/** What `npm start` writes, as far as the demonstration reads it. */
function writeSystem(
  folder: string,
  system: {
    readonly api: string;
    readonly outbox: string;
    readonly key: string;
    /** Only --all needs it. */
    readonly databaseUrl?: string;
    readonly accounts: readonly Pick<TestAccount, 'accountNumber' | 'fullName' | 'serviceAddress'>[];
  },
): void {
  const { api, outbox, key, accounts, databaseUrl = 'postgresql://app@127.0.0.1:9/none' } = system;
  const places = { api, outbox, temporalUi: NOBODY, databaseUrl };
  writeFileSync(path.join(folder, 'endpoints.json'), JSON.stringify({ ...places, keys: { agent: key } }));
  writeFileSync(path.join(folder, 'demo-customers.json'), JSON.stringify(accounts));
}

describe('npm run demo', function () {
  this.timeout(170_000);
  const folder = temporaryFolder();
  let rig: ApiRig;
  let sendgrid: TestSendgrid;

  before(async () => {
    sendgrid = await startSendgridDouble();
    const company = {
      name: 'QuickConnect',
      phone: '+1 800 555 0100',
      supportEmail: 'service@company.example',
      publicUrl: NOBODY,
    };
    rig = await createApiRig('demo', {
      templates: createTemplates(company),
      mailer: createSendgridMailer({
        apiKey: 'SG.test',
        baseUrl: sendgrid.origin,
        from: company.supportEmail,
        fromName: company.name,
      }),
    });
  });

  after(async () => {
    await rig.close();
    await sendgrid.stop();
    folder.remove();
  });

  it('plays the six steps, passing over an account that is busy, and again on another', async () => {
    const busy = await rig.stranger({ fullName: 'Bea Busy' });
    await rig.opened(busy);
    const ann = await rig.stranger({ fullName: 'Ann Able' });
    const ben = await rig.stranger({ fullName: 'Ben Bright', planCode: 'fiber-two-lines-complete' });
    writeSystem(folder.path, {
      api: rig.origin,
      outbox: sendgrid.origin,
      key: rig.keys.agent,
      // The demo takes them from the end.
      accounts: [ben, ann, busy],
    });

    const first = await play(folder.path);
    assert.deepEqual({ code: first.code, err: first.err }, { code: 0, err: '' }, first.out);
    assert.equal(first.out.match(/^\d {2}.+$/gm)?.length, 6);
    assert.match(first.out, /Ann Able, account/);
    assert.match(first.out, /Status +completed/);
    assert.match(first.out, /Temporal UI +http:\S+\/workflows\/plan-change-[0-9a-f-]{36}\/\S+\/history/);
    assert.match(first.out, /Notes +6 on this change, chain verified/);
    const [mail] = await sendgrid.messages();
    assert.equal(mail?.to, ann.email);
    assert.ok(first.out.includes(`${sendgrid.origin}/#${mail.id}`));

    const second = await play(folder.path);
    assert.equal(second.code, 0, second.err);
    assert.match(second.out, /Ben Bright, account/);

    // All have changed in this cycle: the first one changes once more.
    const third = await play(folder.path);
    assert.equal(third.code, 0, third.err);
    assert.match(third.out, /Ann Able, account/);
    assert.equal((await sendgrid.messages()).length, 3);
  });

  it('plays every path; one that fails says so, the rest go on, and the exit code is 1', async () => {
    const everything = temporaryFolder();
    // Two accounts fewer than paths: nothing is left for the last ones, which wait for events that nobody sends here.
    const accounts: TestAccount[] = [];
    while (accounts.length < PATHS.length - 2) accounts.push(await rig.stranger());
    writeSystem(everything.path, {
      api: rig.origin,
      outbox: sendgrid.origin,
      key: rig.keys.agent,
      databaseUrl: rig.rig.database.appUrl,
      accounts,
    });
    const { code, out, err } = await play(everything.path, '--all');
    everything.remove();

    const results = [...out.matchAll(/^ {3}(.+?) {2,}(ok|FAILED) {2,}(.+)$/gm)].map(([, title, result]) => ({
      title,
      result,
    }));
    const expected = PATHS.map(({ title }, index) => ({
      title,
      result: index < PATHS.length - 2 ? 'ok' : 'FAILED',
    }));
    assert.deepEqual({ code, err, results }, { code: 1, err: '', results: expected }, out);
    assert.match(out, /both changes together are 0\.00 USD/);
    assert.match(out, /FAILED {2}Too few accounts of demo-customers\.json are free\./);
    assert.equal(out.match(/^ {3}Statement, balance \S+ USD: http/gm)?.length, accounts.length);
    assert.equal(out.match(/^ {3}Notes, chain verified: http/gm)?.length, accounts.length);
    assert.doesNotMatch(out, /\/consent\/[\w-]{43}/);
  });

  it('says how to start the system where none is running', async () => {
    const { code, out, err } = await play(path.join(folder.path, 'elsewhere'));
    assert.deepEqual({ code, out }, { code: 1, out: '' });
    assert.match(err, /^No system is running on \S+: start it with `npm start`.+\n$/);
  });

  it('says so when the API of endpoints.json is gone', async () => {
    const gone = temporaryFolder();
    const account = { accountNumber: '1', fullName: 'Ann Able', serviceAddress: '1 Main Street' };
    writeSystem(gone.path, { api: NOBODY, outbox: NOBODY, key: rig.keys.agent, accounts: [account] });
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
    technology: 'none' as const,
    features: [],
    allowances: {},
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

import { NEEDS } from '../audit-at-rest.ts';
import type { Mail } from '../../sendgrid-double/mail-store.ts';
import { readDocument } from '../documented-answers.ts';
import type { Family } from '../family.ts';
import { takeAim } from '../fuzz/aims.ts';
import { createCoverage, notReached } from '../fuzz/coverage.ts';
import { makeRequest, type FuzzRequest } from '../fuzz/make-request.ts';
import { seedWorld } from '../fuzz/seed-world.ts';
import { INJECTED, sendRequest, type Sending } from '../fuzz/send-request.ts';
import type { Random } from '../random.ts';
import { createRecord, type CampaignRecord } from '../record.ts';
import type { System } from '../system.ts';

const LANES = 4;
/** From here on every documented status has to come, not only a success of each operation. */
const EVERYTHING_FROM = 2_000;
/** So many more requests, of the number asked for, or so many at least, go only for what has not come yet. */
const AT_MOST_MORE = 0.5;
const AT_LEAST_MORE = 3_000;
const TOLD_EVERY = 500;

/**
 * Requests made from the running OpenAPI document, about a world that earlier answers taught: right, with ids
 * that do not belong together, with one thing wrong, garbage, by the wrong people. Every answer must be one that
 * the document lists, and each that it lists, and that input can lead to, must have come.
 */
export const input: Family = async ({ system, random, n, say, settle }) => {
  const record = createRecord();
  const document = await readDocument(system.api);
  const coverage = createCoverage(document.operations);
  const world = await seedWorld(system, n, random.fork('world'));
  const sending: Sending = { system, record, document, world, coverage };
  const wants = n >= EVERYTHING_FROM ? 'everything' : 'successes';
  const isDone = (): boolean => notReached(coverage, wants).length === 0;
  const numbers = Array.from(
    { length: n + Math.max(Math.ceil(n * AT_MOST_MORE), AT_LEAST_MORE) },
    (_, number) => number,
  ).values();
  const lane = async (): Promise<void> => {
    for (const number of numbers) {
      const isEnough = coverage.answers >= n;
      if (isEnough && isDone()) return;
      const own = random.fork(`input ${number}`);
      const aimed = takeAim(document.operations, coverage, own, isEnough ? 1 : undefined);
      await sendOne(sending, await makeRequest(world, document, aimed, own), own);
      if ((number + 1) % TOLD_EVERY === 0)
        say(`input: ${number + 1} of ${n} requests, ${record.violations.length} violations`);
    }
  };
  await Promise.all(Array.from({ length: LANES }, lane));
  await checkMails(system, record);
  for (const what of notReached(coverage, wants)) record.violate('reach', what);
  // Nothing is broken here: not even a 503 is excused, but on a machine that does other things as well.
  if (wants === 'everything' && coverage.total(/^5/) > 0)
    record.violate('I17', `${coverage.total(/^5/)} answers of 5xx`);
  say(`\n${coverage.format()}\n\nProblem codes: ${coverage.formatCodes()}\n`);
  // Its pages are asked for, and so there are links.
  record.given.add(NEEDS.link);
  await settle(record);
  return {
    family: 'input',
    unit: 'requests',
    n: coverage.answers,
    faults: coverage.total(/^4/),
    violations: record.violations,
    p99RecoveryMs: null,
    slowestMs: Math.round(record.slowestMs),
    details: {
      '2xx': coverage.total(/^2/),
      '4xx': coverage.total(/^4/),
      '5xx': coverage.total(/^5/),
      'operations without 2xx': coverage.withoutSuccess().length,
      'documented and not reached': coverage.missing().length,
    },
    undone: record.undone,
  };
};

/** Now and then the account is suspended before its customer agrees: the change is held then. */
async function sendOne(sending: Sending, request: FuzzRequest, random: Random): Promise<void> {
  const { customer } = request.target;
  const isHeld =
    request.operation.operationId === 'recordConsent' && request.aim === 'fitting' && random.chance(0.15);
  if (!isHeld || !customer) return sendRequest(sending, request);
  await sending.world.suspend(customer, true);
  await sendRequest(sending, request);
  await sending.world.suspend(customer, false);
}

async function checkMails(system: System, record: CampaignRecord): Promise<void> {
  const mails = (await (await fetch(`${system.outbox}/messages`)).json()) as Mail[];
  for (const { html, subject } of mails) {
    if (INJECTED.test(html)) record.violate('script', "a mail holds a script of the caller's");
    if (/[\r\n]/.test(subject)) record.violate('script', 'the subject of a mail breaks its line');
  }
  const page = await (await fetch(`${system.outbox}/`)).text();
  if (INJECTED.test(page)) record.violate('script', "the outbox page holds a script of the caller's");
}

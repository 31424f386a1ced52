import assert from 'node:assert/strict';
import { ApplicationFailure } from '@temporalio/common';
import { MockActivityEnvironment } from '@temporalio/testing';
import type { Logger } from '@temporalio/worker';
import pg from 'pg';
import { asFault, withFaults } from '../../activities/faults.ts';
import { MissingRowError } from '../../db/sql.ts';
import { FAULT } from '../../domain/failures.ts';

const VALUE = "Zoë O'Brien";

function databaseError(code: string): pg.DatabaseError {
  const error = new pg.DatabaseError(`duplicate key: Key (full_name)=(${VALUE}) exists`, 100, 'error');
  error.code = code;
  error.detail = `Failing row contains (${VALUE})`;
  return error;
}
const networkError = (code: string): Error => Object.assign(new Error(`${code} at ${VALUE}`), { code });
const named = (name: string, message: string): Error => Object.assign(new Error(message), { name });

describe('faults', () => {
  const rows: [what: string, error: unknown, type: string, message: string, again: boolean][] = [
    ['a unique violation', databaseError('23505'), FAULT.DATABASE_REFUSED, 'SQLSTATE 23505', false],
    ['a check violation', databaseError('23514'), FAULT.DATABASE_REFUSED, 'SQLSTATE 23514', false],
    ['a bad value', databaseError('22P02'), FAULT.DATABASE_REFUSED, 'SQLSTATE 22P02', false],
    ['a missing right', databaseError('42501'), FAULT.DATABASE_REFUSED, 'SQLSTATE 42501', false],
    ['a raised exception', databaseError('P0001'), FAULT.DATABASE_REFUSED, 'SQLSTATE P0001', false],
    ['an unsupported feature', databaseError('0A000'), FAULT.DATABASE_REFUSED, 'SQLSTATE 0A000', false],
    ['a missing row', new MissingRowError(VALUE), FAULT.DATABASE_REFUSED, 'SQLSTATE P0002', false],
    ['a deadlock', databaseError('40P01'), FAULT.DATABASE_UNAVAILABLE, 'SQLSTATE 40P01', true],
    ['a shutdown', databaseError('57P01'), FAULT.DATABASE_UNAVAILABLE, 'SQLSTATE 57P01', true],
    ['a statement timeout', databaseError('57014'), FAULT.DATABASE_UNAVAILABLE, 'SQLSTATE 57014', true],
    ['a full disk', databaseError('53100'), FAULT.DATABASE_UNAVAILABLE, 'SQLSTATE 53100', true],
    ['too many connections', databaseError('53300'), FAULT.DATABASE_UNAVAILABLE, 'SQLSTATE 53300', true],
    ['a lost connection', databaseError('08006'), FAULT.DATABASE_UNAVAILABLE, 'SQLSTATE 08006', true],
    ['a refused connection', networkError('ECONNREFUSED'), FAULT.DATABASE_UNAVAILABLE, 'ECONNREFUSED', true],
    ['a reset connection', networkError('ECONNRESET'), FAULT.DATABASE_UNAVAILABLE, 'ECONNRESET', true],
    [
      'a pool without a free connection',
      named('KnexTimeoutError', `Knex: Timeout acquiring a connection for ${VALUE}`),
      FAULT.DATABASE_UNAVAILABLE,
      'connection lost',
      true,
    ],
    [
      'a connection ended under way',
      new Error('Connection terminated unexpectedly'),
      FAULT.DATABASE_UNAVAILABLE,
      'connection lost',
      true,
    ],
    ['a fault of the program', new TypeError(VALUE), 'Error', 'TypeError', true],
    ['something thrown that is no error', VALUE, 'Error', 'unknown fault', true],
  ];
  for (const [what, error, type, message, again] of rows) {
    it(`${what} becomes ${type}, ${again ? 'tried again' : 'not tried again'}`, () => {
      const fault = asFault(error);
      assert.deepEqual([fault.type, fault.message, !fault.nonRetryable], [type, message, again]);
      const { details, stack, cause } = fault;
      assert.ok(!JSON.stringify([details, stack, cause]).includes(VALUE));
    });
  }

  it('that were named already stay as they are', () => {
    const fault = ApplicationFailure.nonRetryable('provider status 400', FAULT.MAIL_REFUSED);
    assert.equal(asFault(fault), fault);
  });

  it('are logged by name and place, and never by value', async () => {
    const lines: string[] = [];
    const log = (...parts: unknown[]): void => {
      lines.push(JSON.stringify(parts));
    };
    const logger: Logger = {
      log: (level, message, meta) => log(level, message, meta),
      ...{ trace: log, debug: log, info: log, warn: log, error: log },
    };
    const failing = withFaults({
      step: (_input: object): Promise<never> => {
        const error = databaseError('22P02');
        // Values have lines of their own, and may look like a place in the code.
        error.message = `invalid input\n    at ${VALUE}`;
        error.stack = `error: ${error.message}\n    at step (file:///app/step.ts:12:3)`;
        return Promise.reject(error);
      },
    });
    const environment = new MockActivityEnvironment({}, { logger });
    await assert.rejects(environment.run(failing.step, {}), { type: FAULT.DATABASE_REFUSED });
    const text = lines.join('\n');
    assert.match(text, /step failed/);
    assert.match(text, /step\.ts:12:3/);
    assert.ok(!text.includes(VALUE), text);
  });
});

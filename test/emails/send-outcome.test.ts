import assert from 'node:assert/strict';
import { outcomeOfFailure } from '../../emails/send-outcome.ts';

/** What @sendgrid/mail rejects with when the connection failed: an error around the system's own. */
function wrapped(cause: object): Error {
  return Object.assign(new Error('request failed', { cause }), { config: { data: 'the whole mail' } });
}

describe('outcome of a failed connection', () => {
  const never: readonly (readonly [string, unknown])[] = [
    ['nobody listens', wrapped({ code: 'ECONNREFUSED', syscall: 'connect' })],
    ['no route', wrapped({ code: 'EHOSTUNREACH', syscall: 'connect' })],
    ['no answer to the first packet', wrapped({ code: 'ETIMEDOUT', syscall: 'connect' })],
    ['no such name', wrapped({ code: 'ENOTFOUND', syscall: 'getaddrinfo' })],
    ['no name server', wrapped({ code: 'EAI_AGAIN', syscall: 'getaddrinfo' })],
    [
      'every address of a name refused',
      wrapped({ errors: [{ syscall: 'connect' }, { syscall: 'connect' }] }),
    ],
    ['a certificate of nobody', wrapped({ code: 'DEPTH_ZERO_SELF_SIGNED_CERT' })],
    ['a certificate for another name', wrapped({ code: 'ERR_TLS_CERT_ALTNAME_INVALID' })],
    ['no TLS at the other side', wrapped({ code: 'EPROTO', syscall: 'write' })],
    ['an error that is not wrapped', { code: 'ECONNREFUSED', syscall: 'connect' }],
  ];
  for (const [what, failure] of never) {
    it(`was certainly not sent: ${what}`, () => {
      assert.deepEqual(outcomeOfFailure(failure), {
        outcome: 'unavailable',
        status: null,
        retryAfterMs: null,
      });
    });
  }

  const perhaps: readonly (readonly [string, unknown])[] = [
    ['reset', wrapped({ code: 'ECONNRESET', syscall: 'read' })],
    ['socket hang up', wrapped({ code: 'ECONNRESET' })],
    ['silence on an open connection', wrapped({ code: 'ETIMEDOUT', syscall: 'read' })],
    ['no route any more', wrapped({ code: 'EHOSTUNREACH', syscall: 'read' })],
    ['broken pipe', wrapped({ code: 'EPIPE', syscall: 'write' })],
    ['a record that cannot be decrypted', wrapped({ code: 'ERR_SSL_DECRYPTION_FAILED_OR_BAD_RECORD_MAC' })],
    ['one address refused, one reset', wrapped({ errors: [{ syscall: 'connect' }, { syscall: 'read' }] })],
    ['the own timeout', Object.assign(new Error('timeout'), { code: 'ECONNABORTED' })],
    ['anything unforeseen', new TypeError('unforeseen')],
    ['nothing at all', undefined],
  ];
  for (const [what, failure] of perhaps) {
    it(`may have been sent: ${what}`, () => {
      assert.deepEqual(outcomeOfFailure(failure), { outcome: 'unknown' });
    });
  }
});

import { randomUUID } from 'node:crypto';
import type { RequestListener, Server } from 'node:http';
import { createServer } from 'node:http';
import type { Socket } from 'node:net';
import { HttpProblem } from './http-errors.ts';
import { problemBody } from './problem-handler.ts';

/** The HTTP server of the API. Every wait for a client is bounded. */
export function createHttpServer(app: RequestListener): Server {
  const server = createServer(
    // Nothing here depends on the Host that a caller names.
    { requestTimeout: 30_000, headersTimeout: 10_000, keepAliveTimeout: 5_000, requireHostHeader: false },
    app,
  );
  server.on('checkExpectation', app);
  return server.on('clientError', answerUnreadable);
}

/** What cannot be read as HTTP never becomes a request: it is answered here, as a problem like all others. */
function answerUnreadable(error: NodeJS.ErrnoException, socket: Socket): void {
  if (!socket.writable || error.code === 'ECONNRESET') {
    socket.destroy();
    return;
  }
  const problem = problemOf(error.code);
  const requestId = randomUUID();
  const body = JSON.stringify(problemBody(problem, requestId));
  socket.end(
    [
      `HTTP/1.1 ${problem.status} ${problem.title}`,
      'Content-Type: application/problem+json',
      `Content-Length: ${Buffer.byteLength(body)}`,
      `X-Request-Id: ${requestId}`,
      'Connection: close',
      '',
      body,
    ].join('\r\n'),
  );
}

function problemOf(code: string | undefined): HttpProblem {
  switch (code) {
    case 'HPE_HEADER_OVERFLOW':
      return new HttpProblem(
        431,
        'headers-too-large',
        'The headers are too large',
        'Send at most 16 kB of path and headers.',
      );
    case 'ERR_HTTP_REQUEST_TIMEOUT':
      return new HttpProblem(
        408,
        'request-timeout',
        'The request did not arrive in time',
        'Send the request again, whole and at once.',
      );
    default:
      return new HttpProblem(
        400,
        'request-unreadable',
        'This is not an HTTP request',
        'Send the request as HTTP/1.1, headers and body well-formed.',
      );
  }
}

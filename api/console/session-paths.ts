import type { ZodOpenApiPathsObject } from 'zod-openapi';
import { problem } from '../schemas/common.ts';
import { session, sessionBody } from '../schemas/session.ts';

const tags = ['Session'];
const problemAnswer = {
  description: 'A problem.',
  content: { 'application/problem+json': { schema: problem } },
};
const sessionAnswer = (description: string) => ({
  description,
  content: { 'application/json': { schema: session } },
});

/** The console's session in the OpenAPI document. */
export const SESSION_PATHS: ZodOpenApiPathsObject = {
  '/v1/session': {
    post: {
      operationId: 'signIn',
      summary: 'Exchange an API key for a session cookie, as the console does',
      tags,
      security: [],
      requestBody: { required: true, content: { 'application/json': { schema: sessionBody } } },
      responses: { 201: sessionAnswer('Signed in: the cookie is set.'), default: problemAnswer },
    },
    get: {
      operationId: 'getSession',
      summary: 'Who is asking, and in which role',
      tags,
      security: [{}, { apiKey: [] }, { session: [] }],
      responses: {
        200: sessionAnswer('The agent behind the cookie or key.'),
        204: { description: 'Nobody: there is no key, and no session that holds.' },
        default: problemAnswer,
      },
    },
    delete: {
      operationId: 'signOut',
      summary: 'End the session of the cookie',
      tags,
      security: [],
      responses: { 204: { description: 'Signed out: the cookie is gone.' }, default: problemAnswer },
    },
  },
};

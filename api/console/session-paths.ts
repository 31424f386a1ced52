import { z } from 'zod';
import type { ZodOpenApiPathsObject } from 'zod-openapi';
import { problemAnswers } from '../documented-problems.ts';
import { session, sessionBody } from '../schemas/session.ts';

const tags = ['Session'];
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
      responses: {
        201: sessionAnswer('Signed in: the cookie is set.'),
        ...problemAnswers([400, 401, 403, 413, 415, 422, 429, 503]),
      },
    },
    get: {
      operationId: 'getSession',
      summary: 'Who is asking, and in which role',
      tags,
      security: [{}, { apiKey: [] }, { session: [] }],
      responses: {
        200: sessionAnswer('The agent behind the cookie or key.'),
        204: { description: 'Nobody: there is no key, and no session that holds.' },
        ...problemAnswers([401, 429, 503]),
      },
    },
    delete: {
      operationId: 'signOut',
      summary: 'End the session of the cookie',
      tags,
      security: [],
      requestParams: {
        header: z.object({
          'X-Requested-By': z
            .string()
            .meta({ description: 'Anything: a form or link of another site cannot send it.' }),
        }),
      },
      responses: { 204: { description: 'Signed out: the cookie is gone.' }, ...problemAnswers([403, 503]) },
    },
  },
};

import { z } from 'zod';
import { instant, text, uuid } from './common.ts';

export const sessionBody = z
  .strictObject({ key: text(200).meta({ description: "The agent's API key." }) })
  .meta({ id: 'SignIn' });

export const session = z
  .strictObject({
    agentId: uuid,
    name: z.string(),
    role: z.enum(['agent', 'supervisor', 'ops', 'auditor']),
    expiresAt: instant
      .nullable()
      .meta({ description: 'End of the session at the latest; null for a request with an API key.' }),
  })
  .meta({ id: 'Session' });

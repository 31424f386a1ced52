import type { Knex } from 'knex';
import { rows } from '../../../db/sql.ts';
import { AuditError } from '../audit-error.ts';

/**
 * The id of the agent who answers for a repair: it stands in the notes, the handle does not.
 * @param named handle or id of an agent of the role ops
 * @throws AuditError when there is none
 */
export async function operatorId(knex: Knex, named: string | undefined): Promise<string> {
  if (named === undefined) {
    throw new AuditError(
      'Say who repairs with --operator: the handle or id of an agent of the role ops, as `npm run keys -- list` has it. The notes name its id.',
    );
  }
  const [found] = await rows<{ id: string }>(
    knex,
    `SELECT id FROM agents WHERE role = 'ops' AND (handle = :named OR id::text = lower(:named))`,
    { named },
  );
  if (found) return found.id;
  throw new AuditError(
    `No agent of the role ops is called ${named}: \`npm run keys -- list\` shows who there is, \`npm run keys -- create\` makes one. Nothing was done.`,
  );
}

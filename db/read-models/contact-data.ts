import type { Knex } from 'knex';
import { row, rows } from '../sql.ts';

/** The customer's name as of now. Throws MissingRowError when there is no such customer. */
export async function presentName(knex: Knex, customerId: string): Promise<string> {
  const { name } = await row<{ name: string }>(
    knex,
    'SELECT full_name AS name FROM customers WHERE id = :customerId',
    { customerId },
  );
  return name;
}

/**
 * Every name, address, email address and account number that the customer has or ever had, for roles that see none:
 * what was corrected stands in notes of before. Of a correction from before migration 026 only what quotes and
 * consents keep is known. To be read after the texts that are masked by it: a correction in between is then known.
 */
export async function everyContactDataOf(knex: Knex, customerId: string): Promise<string[]> {
  const found = await rows<{ value: string }>(knex, EVERY_VALUE, { customerId });
  return found.map(({ value }) => value);
}

const EVERY_VALUE = `
  WITH as_was AS (
    SELECT q.customer FROM plan_changes pc JOIN quotes q ON q.plan_change_id = pc.id WHERE pc.customer_id = :customerId
    UNION ALL
    SELECT k.customer FROM plan_changes pc JOIN consents k ON k.plan_change_id = pc.id WHERE pc.customer_id = :customerId)
  SELECT v.value FROM customers c
    CROSS JOIN LATERAL (VALUES (c.full_name), (c.service_address), (c.email), (c.account_number)) AS v (value)
    WHERE c.id = :customerId
  UNION SELECT f.value FROM former_contact_data f WHERE f.customer_id = :customerId
  UNION SELECT v.value FROM as_was
    CROSS JOIN LATERAL (VALUES (customer ->> 'fullName'), (customer ->> 'accountNumber')) AS v (value)
    WHERE v.value IS NOT NULL`;

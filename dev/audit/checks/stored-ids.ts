/** SQL patterns of what is cast once it fits: a cast that fails ends the whole check, for everybody. */
const UUID = '[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}';
const COUNT = '[1-9][0-9]{0,8}';

/** SQL: the text as an id; null when it is none. */
export const asId = (text: string): string => `CASE WHEN ${text} ~ '^${UUID}$' THEN (${text})::uuid END`;

/** SQL: the text as a number of one to nine digits; null when it is none. */
export const asCount = (text: string): string => `CASE WHEN ${text} ~ '^${COUNT}$' THEN (${text})::int END`;

/** SQL: the text as an amount of at most 18 digits; null when it is none. Products of it stay in range. */
export const asAmount = (text: string): string =>
  `CASE WHEN ${text} ~ '^-?[0-9]{1,18}$' THEN (${text})::numeric END`;

/** SQL: the text as a JSON object; null when it is none, or one that PostgreSQL cannot hold. */
export const asObject = (text: string): string =>
  `CASE WHEN ${text} IS JSON OBJECT AND pg_input_is_valid(${text}, 'jsonb') THEN (${text})::jsonb END`;

/** SQL over `step_receipts t`: the change whose workflow has the receipt; null when it is another's, or none. */
export const CHANGE_OF_RECEIPT = `CASE WHEN t.workflow_id LIKE 'plan-change-%' THEN ${asId(`substr(t.workflow_id, length('plan-change-') + 1)`)} END`;

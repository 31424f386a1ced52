/** SQL patterns of what is cast once it fits: a cast that fails ends the whole check, for everybody. */
export const UUID = '[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}';
/** Of a positive integer. */
export const COUNT = '[1-9][0-9]{0,8}';

const OF_CHANGE = `'^plan-change-${UUID}$'`;

/** SQL over `step_receipts t`: the change whose workflow has the receipt; null when it is another's, or none. */
export const CHANGE_OF_RECEIPT = `CASE WHEN t.workflow_id ~ ${OF_CHANGE} THEN substr(t.workflow_id, length('plan-change-') + 1)::uuid END`;

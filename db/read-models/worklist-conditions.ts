/**
 * What puts a change on a worklist, as conditions on `plan_changes pc`: the lists and their counts say the same.
 */

/** Not ended: what has not been given up, refused, declined or finished. */
export const IN_FLIGHT = `pc.status IN ('quoting', 'awaiting_consent', 'scheduled', 'activating', 'held', 'activated')`;

/** Applied, and nobody has told the customer yet. */
export const UNCONFIRMED = `pc.confirmed_at IS NULL AND pc.status IN ('activated', 'completed')`;

const LATEST_OF_ITS_KIND = `NOT EXISTS (SELECT 1 FROM email_outbox n
  WHERE (n.plan_change_id, n.kind) = (m.plan_change_id, m.kind) AND n.revision > m.revision)`;

/**
 * The newest mail of its kind, as long as it matters: what asks for consent while consent is awaited, the news of a
 * hold while it lasts, the summary and what tells of an end for ever.
 */
export const HAS_MAIL = `EXISTS (SELECT 1 FROM email_outbox m WHERE m.plan_change_id = pc.id AND m.status = :email
  AND ${LATEST_OF_ITS_KIND}
  AND CASE WHEN m.kind IN ('consent_request', 'consent_reminder') THEN pc.status = 'awaiting_consent'
           WHEN m.kind = 'held' THEN pc.status = 'held' ELSE true END)`;

/**
 * A mail came back or was given up, and somebody has to reach the customer: what asks for consent while that is
 * awaited, of a hold while it lasts, the summary until it is confirmed otherwise, the news of an end for 14 days.
 */
export const UNDELIVERED = `EXISTS (SELECT 1 FROM email_outbox m WHERE m.plan_change_id = pc.id
  AND m.status IN ('bounced', 'dropped', 'given_up') AND ${LATEST_OF_ITS_KIND}
  AND CASE WHEN m.kind IN ('consent_request', 'consent_reminder') THEN pc.status = 'awaiting_consent'
           WHEN m.kind = 'held' THEN pc.status = 'held'
           WHEN m.kind = 'summary' THEN pc.confirmed_at IS NULL
           ELSE pc.closed_at > now() - interval '14 days' END)`;

export const HELD_AT = `(SELECT max(t.at) FROM plan_change_transitions t WHERE t.plan_change_id = pc.id AND t.status = 'held')`;

/**
 * In the last quarter of the time for what it waits for: consent (or the quote is over), or people's decision about
 * a hold, which ends after `:holdMs`.
 */
export const EXPIRING_SOON = `(pc.status = 'awaiting_consent' AND EXISTS (SELECT 1 FROM quotes q
    WHERE (q.plan_change_id, q.revision) = (pc.id, pc.quote_revision)
      AND now() > q.created_at + (least(pc.consent_deadline_at, q.expires_at) - q.created_at) * 0.75)
  OR pc.status = 'held' AND ${HELD_AT} < now() - make_interval(secs => :holdMs / 1000.0) * 0.75)`;

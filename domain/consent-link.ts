/**
 * Stands in a stored mail for the consent link, which exists only while the mail is being sent: of its token
 * nothing but a hash is kept.
 */
export const CONSENT_LINK_PLACEHOLDER = 'https://consent-link.invalid/';

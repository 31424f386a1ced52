import type { Knex } from 'knex';
import * as m001 from './001-customers-and-agents.ts';
import * as m002 from './002-catalogue.ts';
import * as m003 from './003-subscriptions.ts';
import * as m004 from './004-plan-changes.ts';
import * as m005 from './005-consents.ts';
import * as m006 from './006-ledger.ts';
import * as m007 from './007-account-notes.ts';
import * as m008 from './008-email-and-idempotency.ts';
import * as m009 from './009-consent-links.ts';
import * as m010 from './010-agent-sessions.ts';
import * as m011 from './011-request-limits.ts';
import * as m012 from './012-anchors-and-rights.ts';
import * as m013 from './013-mail-outcomes.ts';
import * as m014 from './014-transitions-and-open-changes.ts';
import * as m015 from './015-links-and-replacements.ts';
import * as m017 from './017-work-page.ts';
import * as m018 from './018-rights-of-the-app.ts';
import * as m019 from './019-noted-records.ts';
import * as m020 from './020-live-changes.ts';
import * as m021 from './021-reversals.ts';
import * as m022 from './022-anchor-shape.ts';
import * as m023 from './023-salted-notes.ts';
import * as m024 from './024-as-of-then.ts';
import * as m025 from './025-dated-by-the-database.ts';
import * as m026 from './026-former-contact-data.ts';
import * as m027 from './027-mails-forward.ts';

const migrations: Record<string, Knex.Migration> = {
  '001-customers-and-agents': m001,
  '002-catalogue': m002,
  '003-subscriptions': m003,
  '004-plan-changes': m004,
  '005-consents': m005,
  '006-ledger': m006,
  '007-account-notes': m007,
  '008-email-and-idempotency': m008,
  '009-consent-links': m009,
  '010-agent-sessions': m010,
  '011-request-limits': m011,
  '012-anchors-and-rights': m012,
  '013-mail-outcomes': m013,
  '014-transitions-and-open-changes': m014,
  '015-links-and-replacements': m015,
  '017-work-page': m017,
  '018-rights-of-the-app': m018,
  '019-noted-records': m019,
  '020-live-changes': m020,
  '021-reversals': m021,
  '022-anchor-shape': m022,
  '023-salted-notes': m023,
  '024-as-of-then': m024,
  '025-dated-by-the-database': m025,
  '026-former-contact-data': m026,
  '027-mails-forward': m027,
};

/** The last migration: the version of the schema that this code is for. */
export const SCHEMA_VERSION = Object.keys(migrations).at(-1) ?? '';

/** The migrations in order, imported by name so that source and build run the same list. */
export const migrationSource: Knex.MigrationSource<string> = {
  getMigrations: () => Promise.resolve(Object.keys(migrations)),
  getMigrationName: (name) => name,
  getMigration: (name) => {
    const migration = migrations[name];
    return migration ? Promise.resolve(migration) : Promise.reject(new Error(`Unknown migration ${name}`));
  },
};

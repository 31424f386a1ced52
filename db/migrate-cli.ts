import { z } from 'zod';
import { migrate } from './migrate.ts';

/**
 * `npm run migrate`: brings the database to the current schema, as the production stack's migration job does.
 * Needs MIGRATION_DATABASE_URL (an owner that may create roles) and the passwords of the three roles.
 */
const environment = z.object({
  MIGRATION_DATABASE_URL: z.url({ protocol: /^postgres(ql)?$/ }),
  MIGRATOR_PASSWORD: z.string().min(1),
  APP_PASSWORD: z.string().min(1),
  AUDITOR_PASSWORD: z.string().min(1),
});

const parsed = environment.safeParse(process.env);
if (parsed.success) {
  const settings = parsed.data;
  await migrate({
    ownerUrl: settings.MIGRATION_DATABASE_URL,
    passwords: {
      migrator: settings.MIGRATOR_PASSWORD,
      app: settings.APP_PASSWORD,
      auditor: settings.AUDITOR_PASSWORD,
    },
  });
  console.log('The database has the current schema.');
} else {
  const names = parsed.error.issues.map((issue) => issue.path.join('.'));
  console.error(`Set ${names.join(', ')} in the environment, then run the migration again.`);
  process.exitCode = 1;
}

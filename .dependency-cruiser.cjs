/** The import table of docs/ARCHITECTURE.md as rules. `npm run layers` runs them. */
const npm = (names) => `(^|/)node_modules/(${names})(/|$)`;
const typesOnly = { dependencyTypesNot: ['type-only'] };

/** @type {import('dependency-cruiser').IConfiguration} */
module.exports = {
  forbidden: [
    {
      name: 'no-circular',
      severity: 'error',
      from: {},
      to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } },
    },
    { name: 'no-unresolvable', severity: 'error', from: {}, to: { couldNotResolve: true } },
    {
      name: 'domain-is-pure',
      comment: 'domain/ imports itself, the date library, the RFC 8785 canonicalizer and a pure SHA-256.',
      severity: 'error',
      from: { path: '^domain/' },
      to: {
        pathNot: [
          '^domain/',
          npm('temporal-polyfill|temporal-utils|temporal-spec|canonicalize|@noble/hashes'),
        ],
      },
    },
    {
      name: 'evidence-stands-alone',
      comment:
        'A proof bundle is checked without the database: evidence/ has the file system and node:crypto only.',
      severity: 'error',
      from: { path: '^evidence/' },
      to: { pathNot: ['^evidence/', '^domain/', npm('zod')], dependencyTypesNot: ['core'] },
    },
    {
      name: 'workflows-are-deterministic',
      comment: 'The bundle holds workflows/, domain/ and the SDK; of activities only types.',
      severity: 'error',
      from: { path: '^workflows/' },
      to: { pathNot: ['^workflows/', '^domain/', '^activities/', npm('@temporalio/(workflow|common)')] },
    },
    {
      name: 'workflows-take-only-types-of-activities',
      severity: 'error',
      from: { path: '^workflows/' },
      to: { path: '^activities/', ...typesOnly },
    },
    {
      name: 'activities-know-ports-only',
      severity: 'error',
      from: { path: '^activities/' },
      to: { path: ['^api/', '^db/', '^emails/', '^evidence/', '^dev/', npm('express|knex|pg|@sendgrid/.*')] },
    },
    {
      name: 'activities-take-only-types-of-the-contract',
      severity: 'error',
      from: { path: '^activities/' },
      to: { path: '^workflows/', pathNot: '^workflows/contract\\.ts$' },
    },
    {
      name: 'db-and-emails-implement-ports',
      severity: 'error',
      from: { path: '^(db|emails)/' },
      to: { path: ['^workflows/', '^api/', '^dev/'] },
    },
    {
      name: 'db-and-emails-take-only-types-of-ports',
      severity: 'error',
      from: { path: '^(db|emails)/' },
      to: { path: '^activities/', ...typesOnly },
    },
    {
      name: 'api-starts-workflows-by-contract',
      severity: 'error',
      from: { path: '^api/' },
      to: {
        path: ['^activities/', '^workflows/', '^dev/', '^emails/'],
        pathNot: '^workflows/contract\\.ts$',
      },
    },
    {
      name: 'one-importer-of-the-temporal-client',
      severity: 'error',
      from: {
        path: '^(domain|evidence|workflows|activities|db|emails|api)/',
        pathNot: '^api/(plan-change-gateway|temporal-connection|temporal-retries)\\.ts$',
      },
      to: { path: npm('@temporalio/client') },
    },
    {
      name: 'the-console-is-a-client',
      comment:
        'The console knows the API by its contract: types of schemas and statuses, no code of the product.',
      severity: 'error',
      from: { path: '^web/' },
      to: { pathNot: ['^web/', '^(api/schemas|domain)/', npm('preact|@preact/signals|zod|vite')] },
    },
    {
      name: 'the-console-takes-only-types',
      comment: 'And the name of a zone and which statuses end: rules of their own without any import.',
      severity: 'error',
      from: { path: '^web/' },
      to: {
        path: ['^(api|domain)/', npm('zod')],
        pathNot: '^domain/(zone-for-people|plan-change-status)\\.ts$',
        ...typesOnly,
      },
    },
    {
      name: 'nothing-imports-the-console',
      severity: 'error',
      from: { pathNot: '^web/' },
      to: { path: '^web/' },
    },
    {
      name: 'composition-roots-are-roots',
      severity: 'error',
      from: {},
      to: { path: '^(worker|api/server)\\.ts$' },
    },
    {
      name: 'the-product-does-not-need-its-tools',
      severity: 'error',
      from: { path: '^(domain|evidence|workflows|activities|db|emails|api)/|^(worker|config)\\.ts$' },
      to: { path: '^(dev|test|bench)/' },
    },
    {
      name: 'config-reads-nothing-else',
      severity: 'error',
      from: { path: '^config\\.ts$' },
      to: { path: '^(evidence|workflows|activities|db|emails|api)/' },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '^(dist|coverage)/' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'require', 'node', 'default', 'types'],
    },
  },
};

import js from '@eslint/js';
import tseslint from 'typescript-eslint';
import temporal from 'eslint-plugin-temporal';

export default tseslint.config(
  { ignores: ['dist', 'coverage', 'node_modules', '.local*', '**/*.cjs', 'eslint.config.js'] },
  js.configs.recommended,
  ...tseslint.configs.strictTypeChecked,
  {
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      '@typescript-eslint/restrict-template-expressions': [
        'error',
        { allowNumber: true, allowBoolean: true },
      ],
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_' }],
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': [
        'error',
        { considerDefaultExhaustiveForUnions: true },
      ],
      eqeqeq: 'error',
      'no-console': 'error',
      // `return close(...)` as the way out of a branch reads better than two statements.
      '@typescript-eslint/no-confusing-void-expression': 'off',
    },
  },
  {
    // Workflow code is replayed: the same input must take the same path for ever.
    files: ['workflows/**/*.ts'],
    plugins: { temporal },
    rules: {
      ...temporal.configs?.workflow?.rules,
      // The typed rule of typescript-eslint covers this without its false alarms (setHandler returns void).
      'temporal/workflow-no-floating-promises': 'off',
      // Rules about workflow functions that also fire on every helper of a workflow, or on waits meant to be
      // without limit (all handlers finished). A raw Error in workflow code fails the task, not the workflow:
      // that is what a fault of the program should do, so that a deployment mends it.
      'temporal/workflow-prefer-single-object-args': 'off',
      'temporal/workflow-condition-timeout-style': 'off',
      'temporal/workflow-no-throw-raw-error': 'off',
      'temporal/workflow-no-await-in-handler-without-exit-guard': 'off',
      'temporal/workflow-no-wall-clock-assumptions': 'off',
      'temporal/workflow-require-explicit-payload-types': 'off',
    },
  },
  {
    files: ['test/**/*.ts', 'bench/**/*.ts'],
    rules: {
      // node:assert's strict helpers and mocha's describe/it return values nobody awaits.
      '@typescript-eslint/no-floating-promises': [
        'error',
        {
          allowForKnownSafeCalls: [
            { from: 'package', name: ['describe', 'it', 'before', 'after'], package: 'mocha' },
          ],
        },
      ],
      '@typescript-eslint/no-non-null-assertion': 'off',
    },
  },
  { files: ['dev/**/*.ts', 'bench/**/*.ts', 'db/*-cli.ts'], rules: { 'no-console': 'off' } },
);

import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { readText, ROOT } from './compose-file.ts';

describe('Dockerfile', () => {
  const instructions = readText('Dockerfile')
    .replaceAll(/\\\n\s*/g, '')
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'));
  const argumentsOf = (name: string): string[] =>
    instructions.filter((line) => line.startsWith(`${name} `)).map((line) => line.slice(name.length + 1));
  const copied = argumentsOf('COPY')
    .filter((args) => !args.startsWith('--from'))
    .flatMap((args) => args.split(' ').slice(0, -1));
  const lastStage = instructions.slice(instructions.findLastIndex((line) => line.startsWith('FROM ')));

  it('copies files that exist and that .dockerignore lets through', () => {
    const [everything, ...allowed] = readText('.dockerignore')
      .split('\n')
      .filter((line) => line !== '' && !line.startsWith('#'));
    assert.equal(everything, '*');
    assert.deepEqual(allowed.map((line) => line.slice(1)).sort(), [...new Set(copied)].sort());
    for (const file of copied) assert.ok(existsSync(new URL(file, ROOT)), file);
  });

  it('copies everything that is compiled', () => {
    const { include } = JSON.parse(readText('tsconfig.build.json')) as { include: string[] };
    assert.deepEqual(
      include.filter((part) => !copied.includes(part)),
      [],
    );
  });

  it('names base images by version, the same for both stages', () => {
    const bases = argumentsOf('FROM').map((args) => args.split(' ')[0]);
    assert.equal(bases.length, 2);
    assert.equal(new Set(bases).size, 1);
    const { engines } = JSON.parse(readText('package.json')) as { engines: { node: string } };
    const [major = ''] = /\d+/.exec(engines.node) ?? [];
    assert.match(bases[0] ?? '', new RegExp(`^node:${major}\\.\\d+\\.\\d+-bookworm-slim$`));
  });

  it('runs as an ordinary user, in production, without a shell', () => {
    assert.ok(lastStage.includes('USER node'));
    assert.ok(lastStage.includes('ENV NODE_ENV=production'));
    const [command = ''] = lastStage.filter((line) => line.startsWith('CMD '));
    const [program, file = ''] = JSON.parse(command.slice(4)) as string[];
    assert.equal(program, 'node');
    assert.ok(existsSync(new URL(file.replace(/^dist\/(.*)\.js$/, '$1.ts'), ROOT)), file);
  });

  it('puts the workflow bundle where the worker is told to look', () => {
    const [bundle = ''] = lastStage.flatMap(
      (line) => /^ENV WORKFLOW_BUNDLE=\/app\/(.+)$/.exec(line)?.[1] ?? [],
    );
    assert.ok(
      argumentsOf('RUN').some((args) => args.includes('dev/bundle-workflows.ts') && args.includes(bundle)),
    );
  });
});

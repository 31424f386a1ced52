import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { Ajv } from 'ajv';
import addFormats from 'ajv-formats';
import { SEARCH_ATTRIBUTE } from '../../workflows/contract.ts';
import { readCompose, readText, ROOT, type ComposeService } from './compose-file.ts';

/** Services that end after their work; everything else is meant to run for ever. */
const ONE_OFF = ['temporal-databases', 'temporal-schema', 'temporal-namespace', 'migrate'];
/** Published on the host, so on a network with a way out; the worker reaches SendGrid. */
const ON_OUTER_NETWORKS = ['temporal-ui', 'api', 'worker'];

describe('docker-compose.yml', () => {
  const text = readText('docker-compose.yml');
  const compose = readCompose();
  const services = Object.entries(compose.services);
  const longRunning = services.filter(([name]) => !ONE_OFF.includes(name));
  const service = (name: string): ComposeService => {
    const found = compose.services[name];
    assert.ok(found, `no service ${name}`);
    return found;
  };

  it('is valid by the Compose Specification', () => {
    const ajv = new Ajv({ strict: false, allErrors: true });
    addFormats.default(ajv);
    const schema = JSON.parse(readText('test/data/compose-spec.json')) as Record<string, unknown>;
    // The schema names draft 7 by https, which Ajv knows by http.
    const validate = ajv.compile({ ...schema, $schema: 'http://json-schema.org/draft-07/schema' });
    assert.ok(validate(compose), ajv.errorsText(validate.errors, { separator: '\n' }));
    assert.ok(!validate({ services: { api: { restart: 1 } } }), 'the schema refuses what is wrong');
  });

  it('is the whole stack', () => {
    assert.deepEqual(Object.keys(compose.services).sort(), [
      ...['api', 'migrate', 'postgres', 'temporal', 'temporal-databases', 'temporal-namespace'],
      ...['temporal-schema', 'temporal-ui', 'worker'],
    ]);
  });

  for (const [name, { restart, healthcheck, stop_grace_period }] of longRunning) {
    it(`starts ${name} again after a crash, watches its health and lets it end in order`, () => {
      assert.equal(restart, 'unless-stopped');
      assert.ok(healthcheck && healthcheck.test[0] === 'CMD');
      assert.match(stop_grace_period ?? '', /^\d+(s|m)$/);
    });
  }

  for (const name of ONE_OFF) {
    it(`runs ${name} once, and lets others wait for it`, () => {
      assert.equal(service(name).restart, 'no');
      const waiting = services.filter(
        ([, { depends_on }]) => depends_on?.[name]?.condition === 'service_completed_successfully',
      );
      assert.ok(waiting.length > 0);
    });
  }

  it('waits for what it needs: for health of what runs, for the end of what is run once', () => {
    for (const [name, { depends_on = {} }] of services) {
      for (const [needed, { condition }] of Object.entries(depends_on)) {
        const isOnce = ONE_OFF.includes(needed);
        service(needed);
        assert.equal(
          condition,
          isOnce ? 'service_completed_successfully' : 'service_healthy',
          `${name} on ${needed}`,
        );
      }
    }
    for (const name of ['api', 'worker']) {
      assert.deepEqual(Object.keys(service(name).depends_on ?? {}).sort(), ['migrate', 'temporal-namespace']);
    }
  });

  it('has no password of its own, and says what each missing setting is', () => {
    for (const [, variable = '', operator = '', words = ''] of text.matchAll(
      /(?<!\$)\$\{(\w+)(:[?-])?([^}]*)\}/g,
    )) {
      assert.ok(operator !== '', `${variable} has neither a default nor a message`);
      const isSecret = /PASSWORD|KEY/.test(variable);
      assert.ok(!isSecret || operator === ':?', `${variable} has a default`);
      if (operator === ':?') assert.match(words, /^set the \w+/, variable);
    }
    // A bare $NAME would be filled in silently with nothing.
    assert.doesNotMatch(text.replaceAll('$$', ''), /\$(?!\{)/);
    const secrets = services.flatMap(([, { environment = {} }]) =>
      Object.entries(environment).filter(([name]) => /PASSWORD|PWD|_KEY$|DATABASE_URL/.test(name)),
    );
    assert.ok(secrets.length >= 9);
    for (const [name, value] of secrets) assert.match(value, /\$\{\w+:\?/, name);
  });

  it('publishes only API and UI, and only on the own machine', () => {
    const published = services.flatMap(([name, { ports = [] }]) =>
      ports.map((port) => [name, port] as const),
    );
    assert.deepEqual(
      published.map(([name]) => name),
      ['temporal-ui', 'api'],
    );
    for (const [, port] of published) assert.match(port, /^127\.0\.0\.1:\$\{\w+:-\d+\}:8080$/);
  });

  it('keeps database and Temporal server on networks without a way out', () => {
    for (const [name, { networks = [] }] of services) {
      assert.ok(networks.length > 0, `${name} is on the default network`);
      const outer = networks.filter((network) => compose.networks[network]?.internal !== true);
      assert.equal(outer.length > 0, ON_OUTER_NETWORKS.includes(name), name);
      for (const network of networks) assert.ok(network in compose.networks, network);
    }
  });

  it('pins every image to a version, and server and schema tools to the same one', () => {
    for (const [name, { image, build }] of services) {
      if (build === undefined) assert.match(image, /^[\w/-]+:\d+\.\d+(\.\d+)?(-\w+)?$/, name);
    }
    const [, serverVersion] = service('temporal').image.split(':');
    for (const name of ['temporal-schema', 'temporal-namespace']) {
      assert.equal(service(name).image, `temporalio/admin-tools:${serverVersion ?? ''}`);
    }
    assert.match(service('postgres').image, /^postgres:18\./);
  });

  it('bounds every log', () => {
    for (const [name, { logging }] of services) {
      assert.ok(logging?.options?.['max-size'] && logging.options['max-file'], name);
    }
  });

  it('mounts only configs and volumes that it has', () => {
    for (const [, { configs = [], volumes = [] }] of services) {
      for (const { source } of configs) assert.ok(compose.configs[source]?.content, source);
      for (const volume of volumes) assert.ok((volume.split(':')[0] ?? '') in compose.volumes, volume);
    }
  });

  it('starts programs that the build makes', () => {
    const built = services.filter(([, { build }]) => build !== undefined);
    assert.equal(built.length, 3);
    for (const [name, { command = [] }] of built) {
      const [program, file = ''] = command;
      assert.equal(program, 'node', name);
      const source = file.replace(/^dist\/(.*)\.js$/, '$1.ts');
      assert.ok(existsSync(new URL(source, ROOT)), `${name} starts ${file}, and there is no ${source}`);
    }
  });

  it('registers the search attributes that the workflow sets', () => {
    const [script = ''] = service('temporal-namespace').command ?? [];
    const registered = [...script.matchAll(/--name (\w+) --type (\w+)/g)].map(([, name, type]) => [
      name,
      type?.toUpperCase(),
    ]);
    const wanted = Object.values(SEARCH_ATTRIBUTE).map(({ name, type }) => [name, type]);
    assert.deepEqual(registered, wanted);
  });
});

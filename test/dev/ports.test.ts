import assert from 'node:assert/strict';
import { createServer, type Server } from 'node:net';
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { freePort, freePorts, isPortFree } from '../../dev/stack/free-port.ts';
import { choosePorts, createPortClaims, DEFAULT_PORTS, type Ports } from '../../dev/stack/ports.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

describe('free ports', () => {
  it('are all different, however many are asked for at once', async () => {
    const ports = await freePorts(200);
    assert.equal(new Set(ports).size, 200);
    assert.deepEqual(
      await Promise.all(ports.slice(0, 20).map((port) => isPortFree(port))),
      Array(20).fill(true),
    );
  });
});

describe('ports of npm start', () => {
  let folder: { path: string; remove: () => void };
  let servers: Server[];

  beforeEach(() => {
    folder = temporaryFolder();
    servers = [];
  });
  afterEach(() => {
    for (const server of servers) server.close();
    folder.remove();
  });

  const occupy = async (port: number): Promise<void> => {
    const server = createServer().listen(port, '127.0.0.1');
    servers.push(server);
    await once(server, 'listening');
  };
  const kept = (): unknown => JSON.parse(readFileSync(path.join(folder.path, 'ports.json'), 'utf8'));
  const choose = (set: Partial<Ports['numbers']>, copy = 'one'): Promise<Ports> =>
    choosePorts({
      set,
      needed: ['api'],
      dataDir: folder.path,
      claims: createPortClaims(path.join(folder.path, copy)),
    });

  it('takes a port that is set, and does not keep it', async () => {
    const port = await freePort();
    assert.equal((await choose({ api: port })).numbers.api, port);
    assert.deepEqual(kept(), {});
  });

  it('says which port is set and busy, and what to do', async () => {
    const port = await freePort();
    await occupy(port);
    await assert.rejects(choose({ api: port }), {
      name: 'StartError',
      message: `Port ${port} (API_PORT) is in use by another program.`,
      advice: /^Stop that program, set API_PORT to another port/,
    });
  });

  it('takes the next free one for a default, and keeps it', async () => {
    const api = (await choose({})).numbers.api;
    assert.ok(api >= DEFAULT_PORTS.api);
    assert.deepEqual(kept(), { api });
    assert.equal((await choose({}, 'two')).numbers.api, api);
  });

  it('takes and keeps the next free one again when the kept one is busy', async () => {
    const port = await freePort();
    writeFileSync(path.join(folder.path, 'ports.json'), JSON.stringify({ api: port }));
    await occupy(port);
    const { api } = (await choose({})).numbers;
    assert.ok(api > port && (await isPortFree(api)));
    assert.deepEqual(kept(), { api });
  });

  it('does not hand a set port to another that is left to default', async () => {
    const port = await freePort();
    writeFileSync(path.join(folder.path, 'ports.json'), JSON.stringify({ api: port }));
    assert.notEqual((await choose({ outbox: port })).numbers.api, port);
  });

  it('begins again when the kept ports cannot be read', async () => {
    for (const content of ['{"api":', '{"api":"8080"}', '{"api":0}', '[]']) {
      writeFileSync(path.join(folder.path, 'ports.json'), content);
      assert.ok((await choose({}, content.length.toString())).numbers.api >= DEFAULT_PORTS.api);
    }
  });

  it('gives two copies that start at once different ports, until one ends', async () => {
    const claims = path.join(folder.path, 'claims');
    const start = (dataDir: string): Promise<Ports> =>
      choosePorts({ set: {}, needed: ['api', 'outbox'], dataDir, claims: createPortClaims(claims) });
    const folders = [temporaryFolder(), temporaryFolder(), temporaryFolder()];
    try {
      const chosen = await Promise.all(folders.map((each) => start(each.path)));
      const numbers = chosen.flatMap(({ numbers: { api, outbox } }) => [api, outbox]);
      assert.equal(new Set(numbers).size, 6);
      chosen[0]?.release();
      assert.ok(createPortClaims(claims).claim(numbers[0]!));
    } finally {
      for (const each of folders) each.remove();
    }
  });

  it('does not mind a claim of a copy that was killed', async () => {
    const claims = path.join(folder.path, 'one');
    createPortClaims(claims);
    const port = await freePort();
    writeFileSync(
      path.join(claims, String(port)),
      JSON.stringify({ pid: process.pid, startedAt: 'long ago' }),
    );
    assert.equal((await choose({ api: port })).numbers.api, port);
  });
});

import { linkSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { z } from 'zod';
import { isPortFree } from './free-port.ts';
import { readJson, writePrivateJson } from './private-file.ts';
import { isAlive, processMark } from './process.ts';
import { StartError } from './start-error.ts';
import { PORT_VARIABLES, type PortName } from './start-config.ts';

export const DEFAULT_PORTS: Readonly<Record<PortName, number>> = {
  postgres: 5433,
  temporal: 7233,
  temporalUi: 8233,
  temporalMetrics: 9233,
  outbox: 8025,
  api: 8080,
};

const keptPorts = z.partialRecord(
  z.enum(['postgres', 'temporal', 'temporalUi', 'temporalMetrics', 'outbox', 'api']),
  z.number().int().min(1).max(65_535),
);

export interface Ports {
  readonly numbers: Readonly<Record<PortName, number>>;
  /** Lets other copies have them. */
  readonly release: () => void;
}

/**
 * Chooses the ports that are `needed` (others get their set or default number and are not looked at). One that is
 * set and busy is an error; one left to default takes the number kept in DATA_DIR/ports.json or the default, or
 * else the next free one, which is then kept. Throws StartError.
 */
export async function choosePorts(options: {
  set: Partial<Record<PortName, number>>;
  needed: readonly PortName[];
  dataDir: string;
  hostOf?: (name: PortName) => string;
  claims?: PortClaims;
}): Promise<Ports> {
  const file = path.join(options.dataDir, 'ports.json');
  const parsed = keptPorts.safeParse(await readJson(file));
  const kept: Partial<Record<PortName, number>> = parsed.success ? parsed.data : {};
  const claims = options.claims ?? createPortClaims();
  const numbers: Record<PortName, number> = { ...DEFAULT_PORTS, ...options.set };
  const host = options.hostOf ?? (() => '127.0.0.1');
  const take = async (number: number, name: PortName): Promise<boolean> =>
    claims.claim(number) && ((await isPortFree(number, host(name))) || claims.giveUp(number));
  try {
    for (const name of options.needed) {
      const set = options.set[name];
      if (set === undefined) {
        const avoid = new Set(Object.values(options.set));
        numbers[name] = await nextFree(kept[name] ?? DEFAULT_PORTS[name], name, avoid, take);
        kept[name] = numbers[name];
      } else if (!(await take(set, name))) {
        throw new StartError(
          `Port ${set} (${PORT_VARIABLES[name]}) is in use by another program.`,
          `Stop that program, set ${PORT_VARIABLES[name]} to another port, or unset it to take the next free one.`,
        );
      }
    }
    await writePrivateJson(file, kept);
  } catch (error) {
    claims.releaseAll();
    throw error;
  }
  return { numbers, release: claims.releaseAll };
}

async function nextFree(
  from: number,
  name: PortName,
  avoid: ReadonlySet<number>,
  take: (number: number, name: PortName) => Promise<boolean>,
): Promise<number> {
  for (let number = from; number < Math.min(from + 500, 65_536); number += 1) {
    if (!avoid.has(number) && (await take(number, name))) return number;
  }
  throw new StartError(`No port is free from ${from} up.`, `Set ${PORT_VARIABLES[name]} to a free port.`);
}

/** Ports that copies of this program are about to use: a port is free until its server listens, seconds later. */
export interface PortClaims {
  claim(number: number): boolean;
  /** Always false, to end a condition with. */
  giveUp(number: number): false;
  readonly releaseAll: () => void;
}

/** For a folder that somebody else put where ours should be: copies then only see ports that are listened on. */
const UNCLAIMED: PortClaims = { claim: () => true, giveUp: () => false, releaseAll: () => undefined };

/** Claims are files of all copies of one user: made by a hard link, which fails when the name is taken. */
export function createPortClaims(
  folder = path.join(tmpdir(), `plan-change-ports-${process.getuid?.() ?? 'user'}`),
): PortClaims {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  if (statSync(folder).uid !== (process.getuid?.() ?? 0)) return UNCLAIMED;
  const mine = new Set<number>();
  const fileOf = (number: number): string => path.join(folder, String(number));
  const giveUp = (number: number): false => {
    if (mine.delete(number)) rmSync(fileOf(number), { force: true });
    return false;
  };
  return {
    claim(number) {
      if (mine.has(number)) return false;
      if (isClaimedAlive(fileOf(number))) return false;
      rmSync(fileOf(number), { force: true });
      const note = path.join(folder, `${number}.${process.pid}`);
      writeFileSync(note, JSON.stringify(processMark(process.pid)), { mode: 0o600 });
      try {
        linkSync(note, fileOf(number));
        mine.add(number);
        return true;
      } catch {
        return false;
      } finally {
        rmSync(note, { force: true });
      }
    },
    giveUp,
    releaseAll() {
      for (const number of [...mine]) giveUp(number);
    },
  };
}

const claimContent = z.object({ pid: z.number().int(), startedAt: z.string() });

function isClaimedAlive(file: string): boolean {
  try {
    const parsed = claimContent.safeParse(JSON.parse(readFileSync(file, 'utf8')));
    return parsed.success && isAlive(parsed.data);
  } catch {
    return false;
  }
}

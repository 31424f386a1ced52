import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { closeSync, openSync, readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { pollUntil } from './poll.ts';

/** One process, told apart from a later one that got the same id. */
export interface ProcessMark {
  readonly pid: number;
  /** When it started, as the system tells it: only good for comparing. */
  readonly startedAt: string;
}

export interface Command {
  readonly file: string;
  readonly args: readonly string[];
  readonly env?: NodeJS.ProcessEnv;
  readonly cwd?: string;
  readonly uid?: number;
  readonly gid?: number;
}

/** The mark of a live process; undefined when there is none, or only its zombie. */
export function processMark(pid: number): ProcessMark | undefined {
  const startedAt = process.platform === 'linux' ? linuxStart(pid) : portableStart(pid);
  return startedAt === undefined ? undefined : { pid, startedAt };
}

export function isAlive(mark: ProcessMark): boolean {
  return processMark(mark.pid)?.startedAt === mark.startedAt;
}

function linuxStart(pid: number): string | undefined {
  const fields = statFields(pid);
  const [state, ticks] = [fields?.[0], fields?.[19]];
  if (ticks === undefined || state === 'Z' || state === 'X') return undefined;
  // Ticks count from the boot, so a mark from before a restart of the machine must not match.
  return `${readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()} ${ticks}`;
}

/** Fields of /proc/PID/stat after the command's closing parenthesis: state, parent, …, the start as the 20th. */
function statFields(pid: number): string[] | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  } catch {
    return undefined;
  }
}

function portableStart(pid: number): string | undefined {
  const answer = spawnSync('ps', ['-o', 'stat=,lstart=', '-p', String(pid)], {
    encoding: 'utf8',
    timeout: 5_000,
  });
  const [state, ...started] = answer.stdout.trim().split(/\s+/);
  return state === undefined || state === '' || state.startsWith('Z') ? undefined : started.join(' ');
}

/**
 * Starts a command in its own process group, so that Ctrl-C in the terminal reaches only us, with its output
 * appended to `logFile`: a file and not a pipe, so that it outlives us and can be ended by the next start.
 */
export function spawnLogged(command: Command, logFile: string): ChildProcess {
  const log = openSync(logFile, 'a', 0o600);
  try {
    return spawn(command.file, [...command.args], {
      detached: true,
      stdio: ['ignore', log, log],
      windowsHide: true,
      ...(command.env && { env: command.env }),
      ...(command.cwd !== undefined && { cwd: command.cwd }),
      ...(command.uid !== undefined && { uid: command.uid }),
      ...(command.gid !== undefined && { gid: command.gid }),
    });
  } finally {
    closeSync(log);
  }
}

/** Sends a signal; false when nobody is there any more. `group` reaches the process's whole group. */
export function signalProcess(mark: ProcessMark, signal: NodeJS.Signals, group = false): boolean {
  if (!isAlive(mark)) return false;
  try {
    process.kill(group && process.platform !== 'win32' ? -mark.pid : mark.pid, signal);
    return true;
  } catch {
    return false;
  }
}

/**
 * Ends a process: `signal`, then after `within` milliseconds SIGKILL to its group. Returns how it went, or
 * 'absent' when it was not there. Throws only if the process outlives SIGKILL.
 */
export async function endProcess(
  mark: ProcessMark,
  options: { signal: NodeJS.Signals; within: number },
): Promise<'absent' | 'stopped' | 'killed'> {
  if (!signalProcess(mark, options.signal)) return 'absent';
  if (await pollUntil(() => !isAlive(mark), { within: options.within })) return 'stopped';
  signalProcess(mark, 'SIGKILL', true);
  if (await pollUntil(() => !isAlive(mark), { within: 5_000 })) return 'killed';
  throw new Error(`Process ${mark.pid} cannot be ended.`);
}

/** The command line of a live process, words parted by spaces; empty when it cannot be read. */
export function commandLine(pid: number): string {
  if (process.platform === 'linux') {
    try {
      return readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ').trim();
    } catch {
      return '';
    }
  }
  return spawnSync('ps', ['-o', 'command=', '-p', String(pid)], {
    encoding: 'utf8',
    timeout: 5_000,
  }).stdout.trim();
}

/** The id of a process's parent. */
export function parentOf(pid: number): number | undefined {
  const text =
    process.platform === 'linux'
      ? statFields(pid)?.[1]
      : spawnSync('ps', ['-o', 'ppid=', '-p', String(pid)], {
          encoding: 'utf8',
          timeout: 5_000,
        }).stdout.trim();
  const parent = Number(text);
  return Number.isInteger(parent) && parent > 0 ? parent : undefined;
}

/** Live processes whose working folder this is. Only Linux tells; elsewhere none is found. */
export function processesIn(folder: string): ProcessMark[] {
  if (process.platform !== 'linux') return [];
  return readdirSync('/proc').flatMap((name) => {
    try {
      if (!/^\d+$/.test(name) || readlinkSync(`/proc/${name}/cwd`) !== folder) return [];
    } catch {
      return [];
    }
    return processMark(Number(name)) ?? [];
  });
}

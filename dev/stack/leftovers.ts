import { pidFileNames, readPidFile, removePidFile } from './pid-file.ts';
import { endProcess } from './process.ts';

/**
 * Ends what a killed start left running, PostgreSQL last and in order, and forgets its notes. Returns the names
 * of what was ended. All of them get along with being killed, so the others are given three seconds only.
 */
export async function endLeftovers(runFolder: string): Promise<string[]> {
  const names = pidFileNames(runFolder);
  const ended: string[] = [];
  const end = async (name: string, signal: NodeJS.Signals, within: number): Promise<void> => {
    const mark = readPidFile(runFolder, name);
    if (mark && (await endProcess(mark, { signal, within })) !== 'absent') ended.push(name);
    removePidFile(runFolder, name);
  };
  await Promise.all(names.filter((name) => name !== 'postgres').map((name) => end(name, 'SIGTERM', 3_000)));
  if (names.includes('postgres')) await end('postgres', 'SIGINT', 20_000);
  return ended;
}

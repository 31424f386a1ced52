import { tmpdir, userInfo } from 'node:os';
import path from 'node:path';

/** This project's folder under the user's cache directory. It survives `npm ci` and serves every checkout. */
export function cacheFolder(env: NodeJS.ProcessEnv, platform: NodeJS.Platform = process.platform): string {
  const absolute = (value: string | undefined): string | undefined =>
    value !== undefined && path.isAbsolute(value) ? value : undefined;
  const home = absolute(env['HOME']) ?? accountHome();
  const xdg = absolute(env['XDG_CACHE_HOME']);
  if (xdg !== undefined) return path.join(xdg, 'plan-change');
  if (platform === 'darwin') return path.join(home, 'Library', 'Caches', 'plan-change');
  if (platform === 'win32') {
    return path.join(absolute(env['LOCALAPPDATA']) ?? path.join(home, 'AppData', 'Local'), 'plan-change');
  }
  return path.join(home, '.cache', 'plan-change');
}

/** In a container the account may be a bare number. */
function accountHome(): string {
  try {
    return userInfo().homedir;
  } catch {
    return tmpdir();
  }
}

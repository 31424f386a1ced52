import { createHash, randomBytes } from 'node:crypto';
import { parseCookie, stringifySetCookie } from 'cookie';

/** How long a session lasts: in all, and without a request. */
export const SESSION_LIFETIMES = { expiresAfterSeconds: 12 * 3_600, idleSeconds: 3_600 } as const;

const TOKEN = /^[\w-]{43}$/;

/** A token is 256 random bits: who has it is the agent. Only its hash is stored. */
export function newSessionToken(): string {
  return randomBytes(32).toString('base64url');
}

/** Keys and tokens are stored as this. */
export function sha256(secret: string): string {
  return createHash('sha256').update(secret).digest('hex');
}

/** The session token that a request carries in its Cookie header, if it has the form of one. */
export function sessionTokenOf(cookieHeader: string | undefined, publicUrl: string): string | undefined {
  const token = cookieHeader === undefined ? undefined : parseCookie(cookieHeader)[cookieName(publicUrl)];
  return token !== undefined && TOKEN.test(token) ? token : undefined;
}

/** Set-Cookie for a session that was opened, or with no token for one that has ended. */
export function sessionCookie(token: string | undefined, publicUrl: string): string {
  return stringifySetCookie({
    name: cookieName(publicUrl),
    value: token ?? '',
    path: '/',
    httpOnly: true,
    sameSite: 'strict',
    secure: isHttps(publicUrl),
    maxAge: token === undefined ? 0 : SESSION_LIFETIMES.expiresAfterSeconds,
  });
}

/** Browsers take `__Host-` cookies only from the host itself, by https, for the whole site. */
export function cookieName(publicUrl: string): string {
  return isHttps(publicUrl) ? '__Host-plan-change-session' : 'plan-change-session';
}

function isHttps(url: string): boolean {
  return url.startsWith('https:');
}

import { isIPv6 } from 'node:net';
import type { Request } from 'express';

const GROUPS = 8;
const NETWORK_GROUPS = 4;

/**
 * Whom a limit by address counts: the address that a request came from, of which a trusted proxy tells
 * (`TRUST_PROXY`). Of IPv6 the /64 network, because one subscriber has all addresses of it.
 */
export function clientOf(request: Pick<Request, 'ip'>): string {
  const address = (request.ip ?? '').replace(/^::ffff:(?=\d+\.)/i, '').replace(/%.*$/, '');
  if (!isIPv6(address)) return address;
  const [head = '', tail] = address.toLowerCase().split('::');
  const before = head.split(':').filter((group) => group !== '');
  const after = (tail ?? '').split(':').filter((group) => group !== '');
  const gap = tail === undefined ? 0 : GROUPS - before.length - after.length;
  const groups = [...before, ...Array<string>(Math.max(0, gap)).fill('0'), ...after];
  const network = groups.slice(0, NETWORK_GROUPS).map((group) => group.replace(/^0+(?=.)/, ''));
  return `${network.join(':')}::/64`;
}

import type { FastifyRequest } from 'fastify';
import type { Services } from './services.ts';

const LOOPBACK = /^(?:127\.|::1$|::ffff:127\.)/;

/**
 * Whether the caller is on this machine: the connection comes from it, and is for nobody else. What a proxy on another
 * machine says is no proof of that.
 */
export function isLocalCaller({ ip, socket }: FastifyRequest, { settings }: Pick<Services, 'settings'>): boolean {
  // A proxy on this machine that does not say whom it speaks for is no caller on it.
  const isForOther = settings.behindProxy && ip === socket.remoteAddress;
  return !isForOther && LOOPBACK.test(ip) && LOOPBACK.test(socket.remoteAddress ?? '');
}

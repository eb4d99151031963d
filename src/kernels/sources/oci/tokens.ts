import * as z from 'zod';

const LOOPBACK = /^(?:localhost|127\.\d+\.\d+\.\d+|\[::1\])(?::\d+)?$/;
const Token = z.object({ token: z.string().optional(), access_token: z.string().optional() });

/** Whether a host, with its port, is this machine: the one that may do without encryption. */
export function isLoopback(host: string): boolean {
  return LOOPBACK.test(host);
}

/** Parameters of `Bearer realm="...",service="..."`; undefined for another scheme. */
export function bearer(challenge: string): Readonly<Record<string, string>> | undefined {
  if (!/^bearer /i.test(challenge)) return undefined;
  const pairs = [...challenge.matchAll(/([a-z]+)="([^"]*)"/gi)];
  return Object.fromEntries(pairs.map(([, key = '', value = '']) => [key.toLowerCase(), value]));
}

/** The token that the response of a server holds, as a header has it; undefined where it holds none. */
export function tokenOf(text: string): string | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  const { data } = Token.safeParse(value);
  const token = data?.token ?? data?.access_token;
  return token !== undefined && /^[\x21-\x7e]{1,16384}$/.test(token) ? `Bearer ${token}` : undefined;
}

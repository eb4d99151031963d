import { HostError } from '../model/errors.ts';
import type { Host } from './host.ts';

/** Lower case first, as apt and curl read them. */
function variable(env: Host['env'], name: string): string {
  return env[name] || env[name.toUpperCase()] || '';
}

/** Whether `no_proxy` names a host: exactly, by the end of its name, or all of them. */
function isDirect(list: string, { hostname, port }: URL): boolean {
  return list
    .toLowerCase()
    .split(/[\s,]+/)
    .some((entry) => {
      const [, name = '', itsPort] = /^(.*?)(?::(\d+))?$/.exec(entry.replace(/^\*?\./, '')) ?? [];
      if (entry === '*') return true;
      if (name === '' || (itsPort !== undefined && itsPort !== port)) return false;
      return hostname === name || hostname.endsWith(`.${name}`);
    });
}

/**
 * The proxy that the environment names for an address (`http_proxy`, `https_proxy`, `all_proxy`, `no_proxy`).
 * @throws HostError `bad_proxy` for one that cannot be used
 */
export function proxyFor(env: Host['env'], url: URL): string | undefined {
  const name = url.protocol === 'https:' ? 'https_proxy' : 'http_proxy';
  const value = variable(env, name) || variable(env, 'all_proxy');
  if (value === '' || isDirect(variable(env, 'no_proxy'), url)) return undefined;
  const uri = value.includes('://') ? value : `http://${value}`;
  if (URL.canParse(uri) && /^https?:$/.test(new URL(uri).protocol)) return uri;
  throw new HostError('bad_proxy', `${name}: only proxies of http and https can be used; write http://HOST:PORT`);
}

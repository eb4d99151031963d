import type { Host } from '../../host/host.ts';

/** The whole environment of QEMU and of the wrappers around it: nothing of the user's goes in. */
export function toolEnv(host: Host): Record<string, string> {
  return {
    PATH: host.env['PATH'] ?? '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
    LC_ALL: 'C',
    HOME: '/',
  };
}

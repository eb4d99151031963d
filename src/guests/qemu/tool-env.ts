import type { Host } from '../../host/host.ts';

/** The whole environment of QEMU and of the wrappers around it: nothing of the user's goes in. */
export function toolEnv(host: Host): Record<string, string> {
  // A runner ends whatever carries this at the end of a job: the last net under a guest that got away.
  const tracking = host.env['RUNNER_TRACKING_ID'];
  return {
    ...(tracking ? { RUNNER_TRACKING_ID: tracking } : {}),
    PATH: host.env['PATH'] ?? '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
    LC_ALL: 'C',
    HOME: '/',
  };
}

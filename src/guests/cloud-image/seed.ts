import { isoImage } from './iso9660.ts';

/** Said on the console once cloud-init has started the validator's service; `boot-trouble.ts` looks for it. */
export const SEED_INSTALLED = 'bpfcompat: the validator waits until the system has settled';

/** The console that the host reads, whatever the system's own is. */
const CONSOLE = '/dev/ttyS0';

const AGENT = '/usr/local/sbin/bpfcompat-agent';

/**
 * Runs as a service of its own, so that it comes after cloud-init, which started it. Timers would fire in every copy of a
 * saved guest, whose clock jumps.
 */
const START = `#!/bin/sh
say() { echo "bpfcompat: $*" >${CONSOLE}; }
timeout 300 cloud-init status --wait >/dev/null 2>&1
case $? in
0 | 2) ;;
*) say "cloud-init reports an error: $(cloud-init status --long 2>&1 | tr '\\n' ' ' | cut -c1-400)" ;;
esac
timeout 120 systemctl is-system-running --wait >/dev/null 2>&1
systemctl stop '*.timer' >/dev/null 2>&1
exec ${AGENT} --agent
`;

/** Copied first: file systems below /run and /mnt may forbid programs, and labels of SELinux come from the directory. */
const INSTALL = [
  'set -e',
  `say() { echo "bpfcompat: $*" >${CONSOLE}; }`,
  'trap \'say "the seed could not be installed"\' EXIT',
  'at=$(mktemp -d)',
  'mount -o ro -L cidata "$at"',
  `install -m 755 "$at/agent" ${AGENT}`,
  `install -m 755 "$at/start" ${AGENT}-start`,
  'umount "$at"',
  `systemd-run --no-block --unit=bpfcompat-agent --property=TasksMax=infinity ${AGENT}-start`,
  'trap - EXIT',
  `echo '${SEED_INSTALLED}' >${CONSOLE}`,
].join('; ');

/**
 * What cloud-init does not need to do in a guest that is thrown away: the disk keeps its size, and host keys of one kind
 * are enough.
 */
const USER_DATA = `#cloud-config
growpart: {mode: "off"}
resize_rootfs: false
package_update: false
locale: false
ssh_genkeytypes: [ed25519]
runcmd:
  - [sh, -c, ${JSON.stringify(INSTALL)}]
`;

const META_DATA = 'instance-id: bpfcompat\nlocal-hostname: bpfcompat\n';

/**
 * The disk that configures cloud-init (data source NoCloud): it starts the validator, which speaks over its port.
 * No program of the guest listens for the host, and no key is needed.
 */
export function seedImage(validator: Uint8Array): Buffer {
  const text = (name: string, data: string) => ({ name, data: Buffer.from(data) });
  return isoImage('cidata', [
    text('user-data', USER_DATA),
    text('meta-data', META_DATA),
    text('start', START),
    { name: 'agent', data: validator },
  ]);
}

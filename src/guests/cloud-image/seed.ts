import { isoImage } from './iso9660.ts';

/** Said on the console once the validator is in the system; `boot-trouble.ts` looks for it. */
export const SEED_INSTALLED = 'bpfcompat: the validator waits until the system has settled';

/** Said on the console by a system that installed a kernel, before it powers off. */
export const KERNEL_INSTALLED = 'booted next is the kernel';
export const KERNEL_NOT_INSTALLED = 'the kernel could not be installed';

/** The console that the host reads, whatever the system's own is. */
const CONSOLE = '/dev/ttyS0';

const AGENT = '/usr/local/sbin/bpfcompat-agent';
const SERVICE = 'bpfcompat-agent.service';

/** Label of the disk with packages of a kernel; its file `release` has what `uname -r` says of it. */
export const PACKAGES_LABEL = 'bpfkernel';

/** Comes before cloud-init ends, so that its end without it means that the seed did not work. */
const UNIT = `[Unit]
Description=bpfcompat validator
Before=cloud-final.service
[Service]
ExecStart=${AGENT}-start
TasksMax=infinity
[Install]
WantedBy=multi-user.target
`;

/** Said on the console by a system that could not take the validator. */
export const NOT_INSTALLED = 'the seed could not be installed';

export const SAY = `say() { echo "bpfcompat: $*" >${CONSOLE}; }`;

/** Waits for cloud-init where that started it. Timers would fire in every copy of a saved guest, whose clock jumps. */
const START = `#!/bin/sh
${SAY}
echo '${SEED_INSTALLED}' >${CONSOLE}
if command -v cloud-init >/dev/null; then
	timeout 300 cloud-init status --wait >/dev/null 2>&1
	case $? in
	0 | 2) ;;
	*) say "cloud-init reports an error: $(cloud-init status --long 2>&1 | tr '\\n' ' ' | cut -c1-400)" ;;
	esac
fi
timeout 120 systemctl is-system-running --wait >/dev/null 2>&1
systemctl stop '*.timer' >/dev/null 2>&1
exec "\${0%-start}" --agent
`;

/**
 * Installs a kernel and makes it the one that is booted, by the means of the system itself. What counts is what the next
 * boot says of itself: this only has to get there, or say what is in the way.
 */
const INSTALL_KERNEL = `#!/bin/sh
${SAY}
at=$1
log=/run/bpfcompat-kernel.log
release=$(cat "$at/release")
fail() {
	said=$(tail -n 3 "$log" 2>/dev/null | tr '\\n' ' ' | cut -c1-400)
	say "${KERNEL_NOT_INSTALLED}: $1: $said"
	systemctl poweroff --no-block
	exit 1
}
entry() { grep -o "gnulinux-$release-advanced-[0-9A-Za-z-]*" /boot/grub/grub.cfg | head -n 1; }
export DEBIAN_FRONTEND=noninteractive
if [ ! -e "/boot/vmlinuz-$release" ]; then
	if [ -e "$at/p0.deb" ]; then
		dpkg --install "$at"/*.deb >"$log" 2>&1 </dev/null || fail 'dpkg'
	else
		rpm --install --oldpackage "$at"/*.rpm >"$log" 2>&1 </dev/null || fail 'rpm'
	fi
fi
[ -e "/boot/vmlinuz-$release" ] || fail "its packages have no /boot/vmlinuz-$release"
if command -v grubby >/dev/null; then
	grubby --set-default "/boot/vmlinuz-$release" >>"$log" 2>&1 || fail 'grubby'
elif command -v update-grub >/dev/null; then
	[ -n "$(entry)" ] || update-grub >>"$log" 2>&1 || fail 'update-grub'
	found=$(entry)
	[ -n "$found" ] || fail 'GRUB has no entry for it'
	mkdir -p /etc/default/grub.d
	echo "GRUB_DEFAULT='gnulinux-advanced-\${found##*-advanced-}>$found'" >/etc/default/grub.d/zz-bpfcompat.cfg
	update-grub >>"$log" 2>&1 || fail 'update-grub'
else
	fail 'neither grubby nor update-grub is there to choose it'
fi
sync
say "${KERNEL_INSTALLED} $release"
systemctl poweroff --no-block
`;

/**
 * Lines of a shell that copy the validator, and what starts it, from the disk they come on, which is mounted at `$at` then. File
 * systems below /run and /mnt may forbid programs, and labels of SELinux come from the directory.
 * @param agent path in the guest
 */
export function copyOfSeed(agent: string): string[] {
  return [
    `trap 'say "${NOT_INSTALLED}"' EXIT`,
    'at=$(mktemp -d)',
    'mount -o ro -L cidata "$at"',
    `mkdir -p ${agent.replace(/\/[^/]*$/, '')}`,
    `install -m 755 "$at/agent" ${agent}`,
    `install -m 755 "$at/start" ${agent}-start`,
  ];
}

const INSTALL = [
  'set -e',
  SAY,
  ...copyOfSeed(AGENT),
  `install -m 755 "$at/kernel" ${AGENT}-kernel`,
  `install -m 644 "$at/unit" /etc/systemd/system/${SERVICE}`,
  'umount "$at"',
  'systemctl daemon-reload',
  `systemctl enable -q ${SERVICE}`,
  'trap - EXIT',
  `if mount -o ro -L ${PACKAGES_LABEL} "$at" 2>/dev/null; then echo '${SEED_INSTALLED}' >${CONSOLE}; exec ${AGENT}-kernel "$at"; fi`,
  `systemctl start --no-block ${SERVICE}`,
  `echo '${SEED_INSTALLED}' >${CONSOLE}`,
].join('; ');

/** @param grows the disk is larger than that of the image */
function userData(grows: boolean): string {
  // What cloud-init need not do in a guest that is thrown away; host keys of one kind are enough.
  const size = grows ? [] : ['growpart: {mode: "off"}', 'resize_rootfs: false'];
  return [
    '#cloud-config',
    ...size,
    'package_update: false',
    'locale: false',
    'ssh_genkeytypes: [ed25519]',
    'runcmd:',
    `  - [sh, -c, ${JSON.stringify(INSTALL)}]`,
    '',
  ].join('\n');
}

const META_DATA = 'instance-id: bpfcompat\nlocal-hostname: bpfcompat\n';

/**
 * The disk with the validator, which speaks over its port. It configures cloud-init (data source NoCloud) to start it;
 * Ignition does that by a unit of its own.
 * No program of the guest listens for the host, and no key is needed.
 * @param grows the system is to take the whole of a disk that is larger than that of its image
 */
export function seedImage(validator: Uint8Array, grows = false): Buffer {
  const text = (name: string, data: string) => ({ name, data: Buffer.from(data) });
  return isoImage('cidata', [
    text('user-data', userData(grows)),
    text('meta-data', META_DATA),
    text('start', START),
    text('unit', UNIT),
    text('kernel', INSTALL_KERNEL),
    { name: 'agent', data: validator },
  ]);
}

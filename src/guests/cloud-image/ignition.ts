import { copyOfSeed, SAY } from './seed.ts';

/** Names that an Ignition looks its configuration up by in QEMU's firmware: that of CoreOS, and that of Flatcar. */
const NAMES = ['opt/com.coreos/config', 'opt/org.flatcar-linux/config'];

/** Of the first stable format, which all later programs read: `https://coreos.github.io/ignition/configuration-v3_0/`. */
const VERSION = '3.0.0';

/** `/usr` may only be read in these systems. */
const AGENT = '/var/lib/bpfcompat/agent';

const SCRIPT = ['set -e', SAY, ...copyOfSeed(AGENT), 'umount "$at"', 'trap - EXIT', `exec ${AGENT}-start`].join('; ');

/** A line of a unit: systemd expands `%` and `$` by itself, and takes quotes and backslashes apart. */
function unitWord(text: string): string {
  return `"${text.replace(/[\\"]/g, '\\$&').replaceAll('%', '%%').replaceAll('$', '$$$$')}"`;
}

const UNIT = `[Unit]
Description=bpfcompat validator
[Service]
ExecStart=/bin/sh -c ${unitWord(SCRIPT)}
TasksMax=infinity
[Install]
WantedBy=multi-user.target
`;

/** What Ignition does: one unit, which starts the validator from the disk that it lies on. */
export function ignitionConfig(): string {
  return JSON.stringify({
    ignition: { version: VERSION },
    systemd: { units: [{ name: 'bpfcompat-agent.service', enabled: true, contents: UNIT }] },
  });
}

/** Arguments of QEMU that hand a configuration to the guest; a comma ends a value unless it stands twice. */
export function ignitionArgs(config: string): string[] {
  return NAMES.flatMap((name) => ['-fw_cfg', `name=${name},string=${config.replaceAll(',', ',,')}`]);
}

import { wrapWords } from '../text/wrap.ts';

/** One environment variable. The names of the fields are those of the contract's JSON. */
export interface EnvVariable {
  readonly Name: string;
  /** Empty: none. */
  readonly Default: string;
  readonly Description: string;
  readonly Category: 'Validator' | 'Kernels' | 'Guests' | 'Build' | 'History' | 'Output';
}

/** Every environment variable that is read, and nothing else. */
export const ENV_VARIABLES: readonly EnvVariable[] = [
  {
    Name: 'BPFCOMPAT_VALIDATOR_BIN',
    Default: '',
    Description: 'path of the validator that runs in the guests, instead of the installed one',
    Category: 'Validator',
  },
  {
    Name: 'BPFCOMPAT_VALIDATOR_SHA256',
    Default: '',
    Description: 'SHA-256 in hex that the validator must have',
    Category: 'Validator',
  },
  {
    Name: 'BPFCOMPAT_CACHE_DIR',
    Default: '$XDG_CACHE_HOME/bpfcompat',
    Description: 'directory of stored kernels and prepared guests',
    Category: 'Kernels',
  },
  {
    Name: 'BPFCOMPAT_DEBIAN_MIRROR',
    Default: '',
    Description: "Debian mirror for kernel packages, before the host's own and the profile's",
    Category: 'Kernels',
  },
  {
    Name: 'BPFCOMPAT_DEBIAN_SECURITY_MIRROR',
    Default: '',
    Description: 'the same for the Debian security archive',
    Category: 'Kernels',
  },
  {
    Name: 'BPFCOMPAT_RPM_KEYS',
    Default: '',
    Description: 'directory of public keys for rpm packages, each in the place of the shipped key of the same name',
    Category: 'Kernels',
  },
  {
    Name: 'BPFCOMPAT_UBUNTU_MIRROR',
    Default: '',
    Description: "Ubuntu mirror for kernel packages, before the host's own and the archive's",
    Category: 'Kernels',
  },
  {
    Name: 'BPFCOMPAT_UBUNTU_PORTS_MIRROR',
    Default: '',
    Description: 'the same for the ports of Ubuntu (arm64)',
    Category: 'Kernels',
  },
  {
    Name: 'BPFCOMPAT_UBUNTU_OLD_RELEASES_MIRROR',
    Default: '',
    Description: 'the same for releases of Ubuntu that have ended',
    Category: 'Kernels',
  },
  {
    Name: 'BPFCOMPAT_KEEP_PACKAGES',
    Default: '',
    Description: '1: packages of fetched kernels stay in the store, for the cache of the Action, until kernels prune',
    Category: 'Kernels',
  },
  {
    Name: 'XDG_CACHE_HOME',
    Default: '~/.cache',
    Description: "the user's cache directory",
    Category: 'Kernels',
  },
  {
    Name: 'BPFCOMPAT_QEMU',
    Default: '',
    Description: 'path of the qemu-system program, instead of the one in PATH',
    Category: 'Guests',
  },
  {
    Name: 'BPFCOMPAT_ACCEL',
    Default: 'auto',
    Description: 'auto, kvm or tcg; auto takes KVM only after a probe boot has shown that it works',
    Category: 'Guests',
  },
  {
    Name: 'BPFCOMPAT_LIBBPF',
    Default: '',
    Description: "system: build the validator on the distro's own libbpf instead of the pinned one",
    Category: 'Build',
  },
  {
    Name: 'BPFCOMPAT_SIGNING_MODE',
    Default: 'local',
    Description: 'who signs the history: local (a key in the work directory) or external-cmd',
    Category: 'History',
  },
  {
    Name: 'BPFCOMPAT_SIGNING_EXTERNAL_CMD',
    Default: '',
    Description: 'program that signs: payload on stdin, JSON with signature, key id and public key on stdout',
    Category: 'History',
  },
  {
    Name: 'BPFCOMPAT_SIGNING_EXTERNAL_ARGS',
    Default: '',
    Description: 'its arguments, separated by blanks',
    Category: 'History',
  },
  {
    Name: 'BPFCOMPAT_TRUSTED_SIGNING_KEYS_PATH',
    Default: '',
    Description: 'file of public keys whose signatures are believed too, one per line',
    Category: 'History',
  },
  {
    Name: 'BPFCOMPAT_TRUSTED_SIGNING_PUBLIC_KEYS',
    Default: '',
    Description: 'the same keys in place: base64 or id:base64, separated by commas or blanks',
    Category: 'History',
  },
  {
    Name: 'NO_COLOR',
    Default: '',
    Description: 'no colors when it is set and not empty',
    Category: 'Output',
  },
];

/** The catalogue as the Markdown of docs/env-reference.md. */
export function envMarkdown(): string {
  const rows = ENV_VARIABLES.map(
    ({ Name, Default, Description, Category }) =>
      `| \`${Name}\` | ${Default === '' ? '–' : `\`${Default}\``} | ${Category} | ${Description} |`,
  );
  return [
    '# Environment variables',
    '',
    '| variable | default | category | meaning |',
    '| --- | --- | --- | --- |',
    ...rows,
    '',
  ].join('\n');
}

/** The catalogue as text for a terminal of `width` columns. */
export function envText(width = 80): string {
  return ENV_VARIABLES.map(({ Name, Default, Description }) => {
    const lines = wrapWords(Description, width - 4).map((line) => `    ${line}\n`);
    return `${Name}${Default === '' ? '' : ` (default ${Default})`}\n${lines.join('')}`;
  }).join('');
}

import { wrapWords } from '../text/wrap.ts';
import { SERVER_ENV_ROWS } from './server-env.ts';
import { WITHOUT_EFFECT_ROWS } from './without-effect.ts';

/** One environment variable. The names of the fields are those of `env --json`. */
export interface EnvVariable {
  readonly Name: string;
  /** Empty: none. */
  readonly Default: string;
  readonly Description: string;
  readonly Category:
    | 'Validator'
    | 'Objects'
    | 'Kernels'
    | 'Guests'
    | 'Build'
    | 'History'
    | 'Output'
    | 'Server'
    | 'Runtime';
}

/** Every environment variable that is read, and those of earlier versions that are accepted without effect. */
export const ENV_VARIABLES: readonly EnvVariable[] = [
  {
    Name: 'BPFCOMPAT_VALIDATOR_BIN',
    Default: '',
    Description: 'path of the validator to run in the guests, instead of the installed one',
    Category: 'Validator',
  },
  {
    Name: 'BPFCOMPAT_VALIDATOR_SHA256',
    Default: '',
    Description: 'SHA-256 in hex that the validator must have',
    Category: 'Validator',
  },
  {
    Name: 'BPFCOMPAT_LOADERS_DIR',
    Default: '',
    Description: 'directory with the loaders that "make loaders" built, instead of build/loaders of the package',
    Category: 'Validator',
  },
  {
    Name: 'BPFCOMPAT_CACHE_DIR',
    Default: '$XDG_CACHE_HOME/bpfcompat',
    Description: 'directory for kernels and VM snapshots',
    Category: 'Kernels',
  },
  {
    Name: 'BPFCOMPAT_DEBIAN_MIRROR',
    Default: '',
    Description: 'Debian mirror for kernel packages; tried before the mirror of this machine and that of the profile',
    Category: 'Kernels',
  },
  {
    Name: 'BPFCOMPAT_DEBIAN_SECURITY_MIRROR',
    Default: '',
    Description: 'the same for the Debian security archive',
    Category: 'Kernels',
  },
  {
    Name: 'BPFCOMPAT_REGISTRY',
    Default: 'ghcr.io',
    Description: 'registry (host, with its port) that BPFCOMPAT_REGISTRY_TOKEN is for',
    Category: 'Objects',
  },
  {
    Name: 'BPFCOMPAT_REGISTRY_TOKEN',
    Default: '',
    Description:
      'token to pull objects from images of that registry, such as the token of the job; no other host gets it',
    Category: 'Objects',
  },
  {
    Name: 'BPFCOMPAT_RPM_KEYS',
    Default: '',
    Description: 'directory of public keys for rpm packages; a key here replaces the built-in key of the same name',
    Category: 'Kernels',
  },
  {
    Name: 'BPFCOMPAT_UBUNTU_MIRROR',
    Default: '',
    Description: 'Ubuntu mirror for kernel packages; tried before the mirror of this machine and the official archive',
    Category: 'Kernels',
  },
  {
    Name: 'BPFCOMPAT_UBUNTU_PORTS_MIRROR',
    Default: '',
    Description: 'the same for Ubuntu ports (arm64)',
    Category: 'Kernels',
  },
  {
    Name: 'BPFCOMPAT_UBUNTU_OLD_RELEASES_MIRROR',
    Default: '',
    Description: 'the same for Ubuntu releases that have reached their end of life',
    Category: 'Kernels',
  },
  {
    Name: 'BPFCOMPAT_KEEP_PACKAGES',
    Default: '',
    Description: '1: keep the downloaded packages in the store until "kernels prune"; the Action caches them',
    Category: 'Kernels',
  },
  {
    Name: 'XDG_CACHE_HOME',
    Default: '~/.cache',
    Description: "the user's cache directory",
    Category: 'Kernels',
  },
  {
    Name: 'BPFCOMPAT_FIRECRACKER_BIN',
    Default: 'firecracker',
    Description: 'Firecracker to use for kernels of the runner firecracker; a name is looked for in PATH',
    Category: 'Guests',
  },
  {
    Name: 'BPFCOMPAT_JAILER_BIN',
    Default: 'jailer',
    Description: 'jailer to run Firecracker in where this user is root; a name is looked for in PATH',
    Category: 'Guests',
  },
  {
    Name: 'BPFCOMPAT_VNG',
    Default: 'vng',
    Description: 'virtme-ng to use for kernels of the runner virtme-ng; a name is looked for in PATH',
    Category: 'Guests',
  },
  {
    Name: 'BPFCOMPAT_QEMU_AARCH64',
    Default: 'qemu-system-aarch64',
    Description: 'QEMU that runs arm64 guests',
    Category: 'Guests',
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
    Description: 'auto, kvm or tcg; auto uses KVM only after a test boot has shown that it works',
    Category: 'Guests',
  },
  {
    Name: 'BPFCOMPAT_LIBBPF',
    Default: '',
    Description: "system: build the validator on the distro's own libbpf instead of the pinned one",
    Category: 'Build',
  },
  {
    Name: 'BPFCOMPAT_COMPATIBILITY_VERSION',
    Default: 'latest',
    Description: 'version that a site is published as, unless the call names one',
    Category: 'Output',
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
    Description: 'arguments of that program, separated by spaces',
    Category: 'History',
  },
  {
    Name: 'BPFCOMPAT_TRUSTED_SIGNING_KEYS_PATH',
    Default: '',
    Description: 'file with more public keys to trust, one per line',
    Category: 'History',
  },
  {
    Name: 'BPFCOMPAT_TRUSTED_SIGNING_PUBLIC_KEYS',
    Default: '',
    Description: 'more public keys to trust: base64 or id:base64, separated by commas or spaces',
    Category: 'History',
  },
  {
    Name: 'BPFCOMPAT_WORKDIR',
    Default: '.bpfcompat',
    Description: 'work directory of "admin" commands that name none',
    Category: 'Server',
  },
  ...SERVER_ENV_ROWS,
  {
    Name: 'BPFCOMPAT_TRUST_FILE',
    Default: '',
    Description: 'trust file of the runtime track (experimental), unless a flag names one',
    Category: 'Runtime',
  },
  {
    Name: 'XDG_STATE_HOME',
    Default: '~/.local/state',
    Description:
      "the user's state directory: bpfcompat/evidence-keys.pub in it has the public keys that this user signed evidence with (experimental)",
    Category: 'Runtime',
  },
  {
    Name: 'BPFCOMPAT_REGISTRY_LOGIN',
    Default: '',
    Description:
      'USER:PASSWORD of an account (experimental): of the registry that "runtime push" names, and of BPFCOMPAT_REGISTRY for pulls',
    Category: 'Runtime',
  },
  {
    Name: 'BPFCOMPAT_REGISTRY_TOKEN_HOST',
    Default: '',
    Description:
      'host of the token service of that registry, where it is another one; it gets the password (those of docker.io and registry.gitlab.com are known)',
    Category: 'Runtime',
  },
  {
    Name: 'REGISTRY_AUTH_FILE',
    Default: '',
    Description: 'file with logins of registries, as podman and skopeo write it, for images of the runtime track',
    Category: 'Runtime',
  },
  {
    Name: 'DOCKER_CONFIG',
    Default: '~/.docker',
    Description: 'directory whose config.json has logins of registries, where REGISTRY_AUTH_FILE names no file',
    Category: 'Runtime',
  },
  {
    Name: 'BPFCOMPAT_RUNTIME_DECISIONS_MAX_BYTES',
    Default: '67108864',
    Description:
      'the stream of decisions (experimental) begins a new file then, of the server as well; at most 128 MiB, 0 = never',
    Category: 'Runtime',
  },
  {
    Name: 'BPFCOMPAT_RUNTIME_DECISIONS_MAX_FILES',
    Default: '10',
    Description: 'older files of that stream that are kept, with the traces that they name',
    Category: 'Runtime',
  },
  {
    Name: 'BPFCOMPAT_AGENT_KILL_SWITCH',
    Default: '',
    Description:
      'file whose presence makes the agent (experimental) deny everything; default: kill-switch in the work directory',
    Category: 'Runtime',
  },
  {
    Name: 'BPFCOMPAT_AGENT_STATE_DIR',
    Default: '/var/lib/bpfcompat-agent',
    Description:
      'directory where this host keeps which approvals the agent (experimental) used; the same for all agents of a host',
    Category: 'Runtime',
  },
  {
    Name: 'BPFCOMPAT_AGENT_LOAD_POLICY_PATH',
    Default: '',
    Description: 'load policy of the agent (experimental), unless a flag names one',
    Category: 'Runtime',
  },
  {
    Name: 'BPFCOMPAT_AGENT_REQUIRE_LOAD_POLICY',
    Default: 'true',
    Description: 'false: the agent (experimental) decides and fetches without a policy; a load check always needs one',
    Category: 'Runtime',
  },
  {
    Name: 'BPFCOMPAT_AGENT_LAST_RESULT_PATH',
    Default: '',
    Description: 'file that "agent apply" (experimental) writes its output to besides, and "agent status" reads',
    Category: 'Runtime',
  },
  {
    Name: 'BPFCOMPAT_AGENT_EXPECTED_DECISION_ID',
    Default: '',
    Description: 'the only decision that the agent (experimental) carries out, unless a flag names one',
    Category: 'Runtime',
  },
  {
    Name: 'BPFCOMPAT_AGENT_EXPECTED_SHA256',
    Default: '',
    Description: 'digest of the only object that the agent (experimental) takes, unless a flag names one',
    Category: 'Runtime',
  },
  {
    Name: 'BPFCOMPAT_AGENT_REQUIRE_APPROVAL_PINS',
    Default: 'false',
    Description:
      'the agent (experimental) needs decision and digest to be named; any word but a clear no switches it on',
    Category: 'Runtime',
  },
  {
    Name: 'BPFCOMPAT_AGENT_REQUIRE_MANIFEST',
    Default: 'false',
    Description: 'the agent (experimental) needs a manifest; any word but a clear no switches it on',
    Category: 'Runtime',
  },
  {
    Name: 'NO_COLOR',
    Default: '',
    Description: 'no colors if set and not empty',
    Category: 'Output',
  },
  ...WITHOUT_EFFECT_ROWS,
];

/** The catalog as the Markdown of docs/env-reference.md. */
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

/** The catalog as text for a terminal of `width` columns. */
export function envText(width = 80): string {
  return ENV_VARIABLES.map(({ Name, Default, Description }) => {
    const lines = wrapWords(Description, width - 4).map((line) => `    ${line}\n`);
    return `${Name}${Default === '' ? '' : ` (default ${Default})`}\n${lines.join('')}`;
  }).join('');
}

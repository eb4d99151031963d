import { findFirecracker } from '../guests/firecracker/find-firecracker.ts';
import { tryFirecracker } from '../guests/firecracker/probe.ts';
import { findQemu } from '../guests/qemu/find-qemu.ts';
import { prepareQemu } from '../guests/qemu/qemu-host.ts';
import { detectSandbox } from '../guests/qemu/sandbox.ts';
import { findVng } from '../guests/virtme/find-vng.ts';
import type { Host } from '../host/host.ts';
import { listKernels } from '../kernels/inventory.ts';
import { DEFAULT_KEYRING } from '../kernels/sources/deb/archives.ts';
import { mirrorsFor } from '../kernels/sources/deb/mirror.ts';
import { storeRoot } from '../kernels/store-root.ts';
import { messageOf } from '../model/errors.ts';
import { findValidator } from '../run/validator-binary.ts';
import { type Environment, environmentOf, type ResolvedEnvironment } from './services.ts';

/** One thing this machine needs. `warn`: works, but slower or with less protection. */
export interface DoctorCheck {
  readonly id: string;
  readonly status: 'ok' | 'warn' | 'missing';
  readonly what: string;
  /** How to fix it; empty when there is nothing to fix. */
  readonly remedy: string;
}

/** What this machine has and lacks. */
export interface DoctorReport {
  /** true: nothing is `missing`. */
  readonly ready: boolean;
  readonly checks: readonly DoctorCheck[];
}

/** Bytes that the kernels of the matrix `debian` and their runs need, with room to spare. */
const COMFORTABLE_BYTES = 2_000_000_000;
const TOOLS: readonly (readonly [command: string, flag: string, pkg: string])[] = [
  ['apt-get', '--version', 'apt'],
  ['dpkg-deb', '--version', 'dpkg'],
  ['gpgv', '--version', 'gpgv'],
  ['xz', '--version', 'xz-utils'],
  ['zstd', '--version', 'zstd'],
  ['flock', '--version', 'util-linux'],
];

const ok = (id: string, what: string): DoctorCheck => ({ id, status: 'ok', what, remedy: '' });

/** Turns what a check throws into a row: our messages say what is wrong and what to do, divided by a semicolon. */
async function attempt(id: string, check: () => Promise<DoctorCheck>): Promise<DoctorCheck> {
  try {
    return await check();
  } catch (error) {
    const [what = '', ...remedy] = messageOf(error).split('; ');
    return { id, status: 'missing', what, remedy: remedy.join('; ') };
  }
}

async function toolCheck(host: Host, [command, flag, pkg]: (typeof TOOLS)[number]): Promise<DoctorCheck> {
  const found = await host.run(command, [flag], { timeoutMs: 10_000 }).catch(() => undefined);
  if (found?.exitCode === 0) return ok(`tool:${command}`, `${command} is there`);
  return {
    id: `tool:${command}`,
    status: 'missing',
    what: `${command} is not installed`,
    remedy: `apt-get install ${pkg}`,
  };
}

/** Only who tests on arm64 kernels needs it. */
async function arm64Check(host: Host, root: string, signal: AbortSignal): Promise<DoctorCheck> {
  const check = await attempt('arm64', async () => {
    const qemu = await findQemu(host, 'aarch64', signal);
    await findValidator(host, root, 'aarch64');
    const how = host.arch === 'aarch64' ? '' : ' (software emulation)';
    return ok('arm64', `arm64 kernels: ${qemu.command} ${qemu.version}${how}`);
  });
  if (check.status === 'ok') return check;
  return { ...check, status: 'warn', what: `arm64 kernels cannot be tested: ${check.what}` };
}

/** Only who tests kernels by virtme-ng needs it. */
async function virtmeCheck(host: Host, signal: AbortSignal): Promise<DoctorCheck> {
  const check = await attempt('virtme-ng', async () => {
    const vng = await findVng(host, signal);
    return ok('virtme-ng', `runner virtme-ng: ${vng.command} ${vng.version}`);
  });
  if (check.status === 'ok') return check;
  return { ...check, status: 'warn', what: `the runner virtme-ng cannot be used: ${check.what}` };
}

/** Only who tests kernels in Firecracker needs it. */
async function firecrackerCheck(host: Host, signal: AbortSignal): Promise<DoctorCheck> {
  const check = await attempt('firecracker', async () => {
    const found = await findFirecracker(host, signal);
    await tryFirecracker(host, found, await detectSandbox(host, signal), signal);
    const { command, version, unjailed } = found;
    const what = `runner firecracker: ${command} ${version}, which ran a guest`;
    if (unjailed === undefined) return ok('firecracker', `${what}, in its jailer`);
    const [why = '', ...remedy] = unjailed.split('; ');
    return {
      id: 'firecracker',
      status: 'warn',
      what: `${what}, without its jailer: ${why}`,
      remedy: remedy.join('; '),
    };
  });
  if (check.status !== 'missing') return check;
  return { ...check, status: 'warn', what: `the runner firecracker cannot be used: ${check.what}` };
}

/** Runs go on without it; what is missing is one fact of a report. */
async function lz4Check(host: Host): Promise<DoctorCheck> {
  const check = await toolCheck(host, ['lz4', '--version', 'lz4']);
  if (check.status === 'ok') return check;
  return { ...check, status: 'warn', what: `${check.what}: reports lack the build id of kernels packed with LZ4` };
}

async function keyringCheck(host: Host): Promise<DoctorCheck> {
  if (await host.files.stat(DEFAULT_KEYRING)) return ok('keyring', "Debian's archive keys are installed");
  return {
    id: 'keyring',
    status: 'missing',
    what: `${DEFAULT_KEYRING} is missing, which kernels of Debian are checked with`,
    remedy: 'apt-get install debian-archive-keyring',
  };
}

async function acceleratorChecks({ host }: ResolvedEnvironment, signal: AbortSignal): Promise<DoctorCheck[]> {
  const { accel, sandbox } = await prepareQemu(host, 'x86_64', storeRoot(host.env), signal);
  const layers = ['seccomp', ...sandbox.layers].join(', ');
  const accelerator: DoctorCheck =
    accel.accel === 'kvm'
      ? ok('accelerator', `kvm: ${accel.reason}`)
      : {
          id: 'accelerator',
          status: 'warn',
          what: `tcg (software emulation): ${accel.reason}`,
          remedy: 'nothing has to be done; guests boot in seconds without KVM too',
        };
  const weak = !sandbox.layers.includes('namespaces') || !sandbox.layers.includes('no-new-privs');
  const confinement: DoctorCheck = weak
    ? {
        id: 'sandbox',
        status: 'warn',
        what: `QEMU runs with: ${layers}`,
        remedy: 'allow user namespaces, or run as root',
      }
    : ok('sandbox', `QEMU runs with: ${layers}`);
  return [accelerator, confinement];
}

async function storeChecks(host: Host): Promise<DoctorCheck[]> {
  const { root, kernels, bytes } = await listKernels(host);
  const free = await host.files.freeBytes(root);
  const gigabytes = (free / 1e9).toFixed(1);
  return [
    ok('store', `${kernels.length} kernels (${(bytes / 1e6).toFixed(0)} MB) in ${root}`),
    free >= COMFORTABLE_BYTES
      ? ok('space', `${gigabytes} GB free for kernels`)
      : {
          id: 'space',
          status: 'warn',
          what: `only ${gigabytes} GB free in ${root}`,
          remedy: 'bpfcompat kernels prune',
        },
  ];
}

/** Fetches one signed index through apt's own helper: the same proxies and certificates as the real download. */
async function mirrorCheck(host: Host, signal: AbortSignal): Promise<DoctorCheck> {
  const [mirror = ''] = await mirrorsFor(host, {
    source: 'deb',
    archive: 'debian',
    suite: 'stable',
    package: 'linux-image-amd64',
    mirror: 'http://ftp.debian.org/debian',
  });
  await using dir = await host.files.tempDir('bpfcompat-doctor-');
  const url = `${mirror}/dists/trixie/InRelease`;
  const result = await host.run('/usr/lib/apt/apt-helper', ['download-file', '--', url, `${dir.path}/InRelease`], {
    timeoutMs: 20_000,
    signal,
  });
  if (result.exitCode === 0) return ok('mirror', `${mirror} responds`);
  return {
    id: 'mirror',
    status: 'warn',
    what: `${mirror} cannot be reached; stored kernels still work`,
    remedy: 'check the network, or name another mirror in BPFCOMPAT_DEBIAN_MIRROR',
  };
}

/**
 * Says what this machine can do and how to fix what is missing. Changes nothing but the cached result of the KVM
 * probe. Never throws for what is missing: that is the result.
 */
export async function doctor(
  options: Environment & { readonly offline?: boolean; readonly signal?: AbortSignal } = {},
): Promise<DoctorReport> {
  const environment = environmentOf(options);
  const { host, root } = environment;
  const signal = options.signal ?? new AbortController().signal;
  const checks: DoctorCheck[] = [
    await attempt('qemu', async () => {
      const qemu = await findQemu(host, 'x86_64', signal);
      return ok('qemu', `${qemu.command} ${qemu.version}`);
    }),
  ];
  if (checks[0]?.status === 'ok') {
    try {
      checks.push(...(await acceleratorChecks(environment, signal)));
    } catch (error) {
      checks.push({ id: 'accelerator', status: 'missing', what: messageOf(error), remedy: '' });
    }
  }
  checks.push(
    await attempt('validator', async () => {
      const validator = await findValidator(host, root, 'x86_64');
      return ok('validator', `${validator.path} (SHA-256 ${validator.sha256.slice(0, 12)})`);
    }),
    ...(await Promise.all(TOOLS.map((tool) => toolCheck(host, tool)))),
    await lz4Check(host),
    await arm64Check(host, root, signal),
    await virtmeCheck(host, signal),
    await firecrackerCheck(host, signal),
    await keyringCheck(host),
    ...(await storeChecks(host)),
  );
  if (!options.offline) checks.push(await attempt('mirror', () => mirrorCheck(host, signal)));
  return { ready: checks.every(({ status }) => status !== 'missing'), checks };
}

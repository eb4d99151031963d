import { accessSync, constants, existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Host } from '../host/host.ts';
import { HostError } from '../model/errors.ts';
import type { Arch } from '../model/kernel.ts';
import * as commands from './commands.ts';
import type { Env, Runner } from './runner.ts';

/** What a kernel needs on this machine: a command in PATH or a file, and the package that has it on Debian and Ubuntu. */
interface Need {
  readonly command?: string;
  readonly file?: string;
  readonly pkg: string;
  /** Only for kernels of this architecture. */
  readonly arch?: Arch;
  /** A variable that names another program. */
  readonly variable?: string;
}

const NEEDS: readonly Need[] = [
  { command: 'qemu-system-x86_64', pkg: 'qemu-system-x86', arch: 'x86_64', variable: 'BPFCOMPAT_QEMU' },
  { command: 'qemu-system-aarch64', pkg: 'qemu-system-arm', arch: 'aarch64', variable: 'BPFCOMPAT_QEMU_AARCH64' },
  { command: 'xz', pkg: 'xz-utils' },
  { command: 'zstd', pkg: 'zstd' },
  { command: 'setpriv', pkg: 'util-linux' },
  { file: '/usr/share/keyrings/debian-archive-keyring.gpg', pkg: 'debian-archive-keyring' },
];

const KVM = '/dev/kvm';
const APT_MS = 300_000;

function inPath(env: Env, command: string): boolean {
  return (env['PATH'] ?? '').split(':').some((dir) => {
    try {
      accessSync(join(dir, command), constants.X_OK);
      return dir !== '';
    } catch {
      return false;
    }
  });
}

/** Packages that are missing here for kernels of these architectures. A QEMU that is named stands for its package. */
export function missingPackages(env: Env, arches: readonly Arch[] = ['x86_64']): string[] {
  return NEEDS.filter(({ command, file, arch, variable }) => {
    if (arch !== undefined && !arches.includes(arch)) return false;
    if (variable !== undefined && env[variable]) return false;
    return command === undefined ? !existsSync(file ?? '') : !inPath(env, command);
  }).map(({ pkg }) => pkg);
}

/** Where this is done, and where its messages go. */
export interface Machine {
  readonly host: Host;
  readonly signal: AbortSignal;
  readonly log?: Pick<typeof commands, 'say' | 'notice' | 'warning'>;
}

/** Words that make a command run as root without a prompt; undefined when that is not allowed. */
async function rootWords({ host, signal }: Machine): Promise<readonly string[] | undefined> {
  if (process.getuid?.() === 0) return [];
  const able = await host.run('sudo', ['-n', 'true'], { timeoutMs: 10_000, signal }).catch(() => undefined);
  return able?.exitCode === 0 ? ['sudo', '-n'] : undefined;
}

async function asRoot(
  machine: Machine,
  root: readonly string[],
  argv: readonly string[],
  timeoutMs: number,
): Promise<boolean> {
  const [command = '', ...args] = [...root, ...argv];
  const { host, signal, log = commands } = machine;
  const result = await host
    .run(command, args, { timeoutMs, signal, onLine: (_fd, line) => log.say(line) })
    .catch(() => undefined);
  return result?.exitCode === 0;
}

async function aptInstall(machine: Machine, root: readonly string[], packages: readonly string[]): Promise<boolean> {
  const apt = ['env', 'DEBIAN_FRONTEND=noninteractive', 'apt-get', '-q', '-o', 'DPkg::Lock::Timeout=120'];
  const install = [...apt, 'install', '-y', '--no-install-recommends', ...packages];
  // Lists of a fresh machine are mostly good enough; mirrors that are slow or stale get one second chance.
  if (await asRoot(machine, root, install, APT_MS)) return true;
  await asRoot(machine, root, [...apt, 'update'], APT_MS);
  return asRoot(machine, root, install, APT_MS);
}

/**
 * Installs what is missing where that needs no prompt.
 * @throws HostError with the command to type, when it cannot or may not be done
 */
export async function ensureTools(
  env: Env,
  install: 'auto' | 'never',
  machine: Machine,
  arches?: readonly Arch[],
): Promise<void> {
  const { log = commands } = machine;
  const packages = missingPackages(env, arches);
  if (packages.length === 0) return;
  const byHand = `sudo apt-get install -y --no-install-recommends ${packages.join(' ')}`;
  const missing = (why: string): HostError =>
    new HostError(
      'tools_missing',
      `${packages.join(', ')} not installed, ${why}; add a step before this one: run: ${byHand}`,
    );
  if (install === 'never') throw missing('and install-qemu: never forbids installing');
  if (!inPath(env, 'apt-get')) throw missing('and this is not Debian or Ubuntu');
  const root = await rootWords(machine);
  if (root === undefined) throw missing('and this user may not use sudo without a password');
  log.notice(`installing ${packages.join(' ')} with apt-get (install-qemu: never switches this off)`);
  if (await aptInstall(machine, root, packages)) return;
  if (machine.signal.aborted) return;
  throw missing('and apt-get could not install them, see the log');
}

/**
 * On a machine of GitHub's own `/dev/kvm` is there but closed to the user of the job: opens it. Machines of others are
 * left as they are.
 */
export async function openKvm(runner: Runner, machine: Machine): Promise<void> {
  const { log = commands } = machine;
  if (!runner.hosted || !existsSync(KVM)) return;
  try {
    accessSync(KVM, constants.R_OK | constants.W_OK);
    return;
  } catch {
    const root = await rootWords(machine);
    if (root !== undefined && (await asRoot(machine, root, ['chmod', '0666', KVM], 10_000))) return;
    log.warning(`${KVM} is there, but this user may not open it: using TCG (slower, same results)`);
  }
}

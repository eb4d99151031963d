import type { Host, RunResult } from '../../host/host.ts';
import { HostError, throwIfCancelled } from '../../model/errors.ts';
import type { Arch } from '../../model/kernel.ts';
import { MACHINES } from './machines.ts';
import { type Sandbox, wrap } from './sandbox.ts';
import { toolEnv } from './tool-env.ts';

export interface Qemu {
  readonly command: string;
  /** `7.2.22` */
  readonly version: string;
  /** First line of `--version`: names the distro's build too. */
  readonly build: string;
}

/** Oldest release with everything the machines of ours use; older ones are not tried. */
const FLOOR: readonly [number, number] = [7, 2];

/** What the program says of its version: no QEMU of ours runs outside of the layers where they are to be had. */
async function readVersion(
  host: Host,
  command: string,
  sandbox: Sandbox | undefined,
  signal: AbortSignal,
): Promise<RunResult> {
  const options = { env: toolEnv(host), cwd: '/', timeoutMs: 10_000, signal };
  if (sandbox !== undefined && sandbox.layers.length > 0) {
    const inside = wrap(sandbox, command, ['--version'], { files: [] });
    const result = await host.run(inside.command, inside.args, options);
    if (result.exitCode === 0 || signal.aborted) return result;
  }
  // A wrapper does not say whether there is no such program, or whether it is out of reach for another uid.
  return host.run(command, ['--version'], options);
}

/**
 * The QEMU for guests of an architecture: the one that the environment names, else the one in PATH (see `MACHINES`).
 * @param sandbox layers to run it in
 * @throws HostError `qemu_missing`, `qemu_too_old` or `qemu_broken`, each with the remedy.
 */
export async function findQemu(host: Host, arch: Arch, signal: AbortSignal, sandbox?: Sandbox): Promise<Qemu> {
  const { command: usual, variable, packages } = MACHINES[arch];
  const install = `on Debian or Ubuntu: apt-get install ${packages.deb}; on Fedora: dnf install ${packages.rpm}`;
  const named = host.env[variable];
  const command = named || usual;
  const what = named ? `${variable}=${named}` : command;
  const remedy = named ? 'name a program that runs, or unset the variable to take the one in PATH' : '';
  const result = await readVersion(host, command, sandbox, signal).catch((cause) => {
    // Too many open files, say, is not a reason to install anything.
    if (cause instanceof HostError && cause.code !== 'tool_missing') throw cause;
    throw new HostError('qemu_missing', `cannot run ${what}; ${remedy || `install QEMU (${install})`}`, { cause });
  });
  throwIfCancelled(signal);
  const build = result.stdout.toString().split('\n')[0]?.trim() ?? '';
  const match = /^QEMU emulator version ((\d+)\.(\d+)[.\d]*)/.exec(build);
  if (result.exitCode !== 0 || match === null) {
    const said = (result.stderr.toString().trim() || build || 'nothing').slice(0, 200);
    throw new HostError(
      'qemu_broken',
      `${what} --version failed (${said}); ${remedy || `reinstall QEMU (${install})`}`,
    );
  }
  const [major, minor] = [Number(match[2]), Number(match[3])];
  if (major < FLOOR[0] || (major === FLOOR[0] && minor < FLOOR[1])) {
    throw new HostError(
      'qemu_too_old',
      `${what} is QEMU ${match[1]}; at least ${FLOOR.join('.')} is needed: update it, or set ${variable} to a newer one`,
    );
  }
  return { command, version: match[1]!, build };
}

import { dirname, join } from 'node:path';
import type { Host } from '../../host/host.ts';
import { HostError } from '../../model/errors.ts';
import { relativeProgram } from '../named-program.ts';
import { toolEnv } from '../qemu/tool-env.ts';

/** virtme-ng on this machine. */
export interface Vng {
  readonly command: string;
  /** `1.42` */
  readonly version: string;
}

const REMEDY = 'install it (pipx install virtme-ng), or name it in BPFCOMPAT_VNG';

/** What vng is run with: its parts call each other by name, and lie beside it. */
export function vngEnv(host: Host, { command }: Pick<Vng, 'command'>): Record<string, string> {
  const env = toolEnv(host);
  // Kernels that it downloads are kept below the home directory.
  const home = host.env['HOME'] ?? '/';
  return { ...env, HOME: home, PATH: command.includes('/') ? `${dirname(command)}:${env['PATH']}` : `${env['PATH']}` };
}

/**
 * The same for a guest, with a home directory in `dir`: the options of the user's own configuration have the last word with
 * vng, also about the kernel, the root and the network of a guest. What vng keeps there is gone with the guest.
 */
export async function ownHome(host: Host, vng: Pick<Vng, 'command'>, dir: string): Promise<Record<string, string>> {
  const { files } = host;
  const env = vngEnv(host, vng);
  const home = join(dir, 'home');
  await files.makeDir(join(home, '.config/virtme-ng'));
  // Where there is one, vng reads none of the machine.
  await files.writeAtomic(join(home, '.config/virtme-ng/virtme-ng.conf'), '{"default_opts": {}}\n');
  // An installation of the user's alone (pip install --user) is found by it.
  // vng is ended, and leaves temporary files then.
  return { ...env, HOME: home, TMPDIR: dir, PYTHONUSERBASE: join(`${env['HOME']}`, '.local') };
}

/** @throws HostError `vng_missing` when there is none that can be run */
export async function findVng(host: Host, signal: AbortSignal): Promise<Vng> {
  const command = host.env['BPFCOMPAT_VNG'] || 'vng';
  const relative = relativeProgram('BPFCOMPAT_VNG', command);
  if (relative !== undefined) throw new HostError('vng_missing', relative);
  const options = { env: vngEnv(host, { command }), cwd: '/', timeoutMs: 30_000, signal };
  const result = await host.run(command, ['--version'], options).catch((cause: unknown) => {
    if (!(cause instanceof HostError)) throw cause;
    throw new HostError('vng_missing', `${command} (virtme-ng) is not installed; ${REMEDY}`, { cause });
  });
  const version = /^virtme-ng (\d[\w.+-]{0,30})/m.exec(result.stdout.toString())?.[1];
  if (result.exitCode === 0 && version !== undefined) return { command, version };
  throw new HostError('vng_missing', `${command} --version does not say which virtme-ng it is; ${REMEDY}`);
}

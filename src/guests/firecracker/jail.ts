import { randomBytes, randomInt } from 'node:crypto';
import { basename, join } from 'node:path';
import type { Host } from '../../host/host.ts';
import { HostError } from '../../model/errors.ts';
import { toolEnv } from '../qemu/tool-env.ts';
import type { Firecracker } from './find-firecracker.ts';

/** Uids no one else uses: above those of containers and of users. */
const FIRST_UID = 1_900_000_000;
const UID_COUNT = 100_000_000;
const ID_BYTES = 8;
const ALL_READ = 0o644;
const SOCKET = 'api';

/** A root directory of its own for one Firecracker, which `jailer` makes it run in. */
export interface Jail {
  readonly root: string;
  readonly command: readonly string[];
  /** Has a file of this machine in it. @returns its path for Firecracker */
  take(path: string, name: string): Promise<string>;
}

/** @param dir a private directory; the root lies where the jailer looks for it there */
export async function enterJail(host: Host, dir: string, { command, jailer = '' }: Firecracker): Promise<Jail> {
  const id = randomBytes(ID_BYTES).toString('hex');
  const uid = String(FIRST_UID + randomInt(UID_COUNT));
  const root = join(dir, basename(command), id, 'root');
  await host.files.makeDir(root);
  const options = { env: toolEnv(host), cwd: '/' };
  const { exitCode, stderr } = await host.run('chown', [`${uid}:${uid}`, '--', root], options);
  if (exitCode !== 0)
    throw new HostError('sandbox_failed', `cannot give ${root} to the jail: ${stderr.toString().slice(0, 200)}`);
  return {
    root,
    command: [
      ...[jailer, '--id', id, '--exec-file', command, '--uid', uid, '--gid', uid, '--chroot-base-dir', dir],
      ...['--', '--api-sock', SOCKET],
    ],
    take: async (path, name) => {
      await host.files.copy(path, join(root, name));
      await host.files.setMode(join(root, name), ALL_READ);
      return name;
    },
  };
}

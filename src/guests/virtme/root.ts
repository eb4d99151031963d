import { join } from 'node:path';
import type { Host, TempDir } from '../../host/host.ts';
import type { KernelFiles } from '../../model/kernel.ts';
import { readValidator, type ValidatorBinary } from '../direct/stored-initramfs.ts';
import { BUSYBOX, START_SCRIPT } from './argv.ts';
import { checkPlain } from './recorded-image.ts';

/** Every directory that vng's init mounts something on, and those of a system that commands may look for. */
const DIRECTORIES =
  'bin sbin etc dev proc sys tmp run var lib lib64 usr/bin usr/sbin usr/lib home opt srv root mnt boot bpfcompat modules';

/** Names of busybox that vng's init calls before ours can make all of them. */
const APPLETS = 'sh su mount umount mkdir cat grep ip ifconfig hostname modprobe insmod';

const MAX_MODULE = 32 * 1024 * 1024;

/** The root is read-only but for what vng lays memory over. */
const START = `#!/bin/sh
mount -t tmpfs bpfcompat /bpfcompat
while read -r module; do insmod "/modules/$module" 2>/dev/null; done </modules/order
grep -q ' /sys/fs/bpf bpf ' /proc/mounts || mount -t bpf bpf /sys/fs/bpf
grep -q ' /sys/kernel/tracing tracefs ' /proc/mounts || mount -t tracefs tracefs /sys/kernel/tracing
echo 5 >/proc/sys/kernel/printk
cd /bpfcompat
exec /usr/lib/bpfcompat-validator --agent
`;

/**
 * The root of the guests of one kernel: the validator, a shell and the modules that a guest needs. Without one vng shows the
 * guest all files of this machine, with what its users keep to themselves.
 * @param busybox the bytes of a static busybox
 */
export async function makeRoot(
  host: Host,
  validator: ValidatorBinary,
  busybox: Uint8Array,
  kernel: Pick<KernelFiles, 'modules' | 'config' | 'record'>,
): Promise<TempDir> {
  const dir = await host.files.tempDir('bpfcompat-virtme-');
  try {
    checkPlain(dir.path, 'name another directory in TMPDIR');
    await fill(host, dir.path, validator, busybox, kernel);
    return dir;
  } catch (error) {
    await dir[Symbol.asyncDispose]();
    throw error;
  }
}

async function fill(
  host: Host,
  root: string,
  validator: ValidatorBinary,
  busybox: Uint8Array,
  kernel: Pick<KernelFiles, 'modules' | 'config' | 'record'>,
): Promise<void> {
  const { files } = host;
  const at = (path: string): string => join(root, path);
  const program = async (path: string, bytes: string | Uint8Array): Promise<void> => {
    await files.writeAtomic(at(path), bytes);
    await files.setMode(at(path), 0o755);
  };
  await files.setMode(root, 0o755);
  for (const path of DIRECTORIES.split(' ')) await files.makeDir(at(path));
  await program(BUSYBOX, busybox);
  for (const name of APPLETS.split(' '))
    await program(`bin/${name}`, `#!/bin/busybox sh\nexec /bin/busybox ${name} "$@"\n`);
  await program('usr/lib/bpfcompat-validator', await readValidator(host, validator));
  await program(START_SCRIPT.slice(1), START);
  const names: string[] = [];
  for (const [index, { path }] of kernel.modules.entries()) {
    const name = `${String(index + 1).padStart(2, '0')}.ko`;
    await files.writeAtomic(at(`modules/${name}`), await files.read(path, MAX_MODULE));
    names.push(name);
  }
  await files.writeAtomic(at('modules/order'), names.map((name) => `${name}\n`).join(''));
  if (kernel.config !== undefined) await files.copy(kernel.config, at(`boot/config-${kernel.record.release}`));
  await files.writeAtomic(at('etc/passwd'), 'root:x:0:0:root:/root:/bin/sh\n');
  await files.writeAtomic(at('etc/group'), 'root:x:0:\n');
  for (const name of ['fstab', 'hosts', 'sudoers', 'shadow']) await files.writeAtomic(at(`etc/${name}`), '');
}

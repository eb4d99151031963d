import { execFileSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { fetchKernels } from '../../../src/index.ts';
import type { KernelFiles } from '../../../src/model/kernel.ts';
import { type FileServer, serveFiles } from '../../fakes/file-server.ts';
import { dropVendorKey, makeRepository, makeVendorKey, type VendorKey } from '../../fakes/rpm-repository.ts';

/** A kernel of Debian as Amazon packs its own, without virtio_console. */
export interface KernelWithoutConsole extends AsyncDisposable {
  readonly id: string;
  readonly release: string;
  /** Puts its profile into a directory, as a workspace of a user has it. */
  writeProfile(cwd: string): void;
}

const KERNEL = 'debian-12-6.1';
/** What a guest without virtio_console loads, and what its tests may want. */
const MODULES = [
  ...['virtio', 'virtio_ring', 'virtio_pci', 'virtio_pci_modern_dev', 'virtio_pci_legacy_dev', 'virtio_blk'],
  ...['dummy', 'veth', 'sch_ingress', 'cls_bpf'],
];

/** Fetches the kernel with all its modules: the store keeps those alone that its guests load. */
async function unpackKernel(dir: string): Promise<{ files: KernelFiles; modules: Map<string, string> }> {
  const env = { ...process.env, BPFCOMPAT_CACHE_DIR: join(dir, 'fetched'), BPFCOMPAT_KEEP_PACKAGES: '1' };
  const found: (KernelFiles | Error)[] = [];
  await fetchKernels({
    env,
    choice: { kind: 'ids', ids: [KERNEL], origin: 'test' },
    onEnd: (_, result) => found.push(result instanceof Error ? result : result.files),
  });
  const [files] = found;
  if (files === undefined || files instanceof Error) throw new Error(`cannot fetch ${KERNEL}: ${files?.message}`);
  const below = (path: string) =>
    readdirSync(path, { recursive: true, encoding: 'utf8' }).map((one) => join(path, one));
  const debs = below(join(dir, 'fetched/packages')).filter((path) => path.endsWith('.deb'));
  const tree = join(dir, 'tree');
  for (const deb of debs) execFileSync('dpkg-deb', ['-x', deb, tree]);
  const all = below(join(tree, 'lib/modules')).filter((path) => path.endsWith('.ko'));
  return { files, modules: new Map(all.map((path) => [basename(path, '.ko').replaceAll('-', '_'), path])) };
}

/** @param dir a directory of its own */
export async function kernelWithoutConsole(dir: string): Promise<KernelWithoutConsole> {
  const { files, modules } = await unpackKernel(dir);
  const { release } = files.record;
  const config = readFileSync(files.config ?? '', 'utf8');
  const without = config.replace('CONFIG_VIRTIO_CONSOLE=m', '# CONFIG_VIRTIO_CONSOLE is not set');
  if (without === config) throw new Error(`${KERNEL} has no module virtio_console any more`);
  const home = `lib/modules/${release}`;
  const rpm = {
    ...{ name: 'kernel', version: '6.1.19', release: '30.43.amzn2023', payload: 'w3.zstdio' as const },
    files: {
      [`boot/vmlinuz-${release}`]: readFileSync(files.vmlinuz),
      [`boot/config-${release}`]: without,
      [`${home}/modules.builtin`]: '',
      ...Object.fromEntries(
        MODULES.map((name) => [`${home}/kernel/${name}.ko`, readFileSync(modules.get(name) ?? name)]),
      ),
    },
  };
  const key: VendorKey = makeVendorKey(join(dir, 'vendor'));
  makeRepository(join(dir, 'www/x86_64'), [rpm], key, 'gz');
  const server: FileServer = await serveFiles(join(dir, 'www'));
  const id = 'lab-amazon-6.1';
  return {
    id,
    release,
    writeProfile(cwd) {
      const profiles = join(cwd, 'vm/profiles');
      mkdirSync(profiles, { recursive: true });
      writeFileSync(join(profiles, 'KEY'), readFileSync(key.file));
      const lines = [
        ...[`id: ${id}`, 'distro: amazon-linux', 'kernel_family: "6.1"', 'arch: x86_64', 'kernel:', '  source: rpm'],
        ...[`  baseurl: ${server.url}/$basearch`, '  package: kernel', '  gpgkey: [./KEY]'],
      ];
      writeFileSync(join(profiles, `${id}.yaml`), `${lines.join('\n')}\n`);
    },
    async [Symbol.asyncDispose]() {
      dropVendorKey(key);
      await server[Symbol.asyncDispose]();
    },
  };
}

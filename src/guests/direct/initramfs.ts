import type { GuestFile } from '../../model/guest-entry.ts';
import { type CpioEntry, cpioArchive } from './cpio.ts';

export interface InitramfsContent {
  /** The static validator; it is PID 1. */
  readonly init: Uint8Array;
  /** Kernel modules in load order. */
  readonly modules: readonly { readonly name: string; readonly data: Uint8Array }[];
  /** Configuration of the kernel for `__kconfig` externs: these kernels have no /proc/config.gz. */
  readonly config: { readonly release: string; readonly data: Uint8Array } | undefined;
  /** What else every guest has; absent: nothing. */
  readonly files?: readonly GuestFile[];
}

const DIRECTORIES = ['boot', 'dev', 'modules', 'proc', 'run', 'sys', 'tmp'];

/** Everything the guest's root file system has, as an uncompressed archive (unpacking costs more than reading here). */
export function buildInitramfs(content: InitramfsContent): Buffer {
  const modules = content.modules.map((module, index) => ({
    file: `${String(index + 1).padStart(2, '0')}-${moduleName(module.name)}.ko`,
    data: module.data,
  }));
  const entries: CpioEntry[] = [
    ...DIRECTORIES.map((path) => ({ path, type: 'dir' }) as const),
    { path: 'init', type: 'file', mode: 0o755, data: content.init },
    // The kernel opens its console before anything mounts /dev.
    { path: 'dev/console', type: 'char', mode: 0o600, major: 5, minor: 1 },
    textFile('modules/order', modules.map(({ file }) => `${file}\n`).join('')),
    ...modules.map(({ file, data }) => ({ path: `modules/${file}`, type: 'file', mode: 0o644, data }) as const),
  ];
  if (content.config !== undefined) {
    const { release, data } = content.config;
    entries.push({ path: `boot/config-${release}`, type: 'file', mode: 0o644, data });
  }
  return cpioArchive([...entries, ...fileEntries(content.files ?? [])]);
}

/** Files with the directories that lead to them. */
function fileEntries(files: readonly GuestFile[]): CpioEntry[] {
  const placed = files.map(({ path, executable, bytes }) => ({
    path: path.slice(1),
    type: 'file' as const,
    mode: executable ? 0o755 : 0o644,
    data: bytes,
  }));
  const above = new Set(placed.flatMap(({ path }) => parentsOf(path)));
  const missing = [...above].filter((path) => !DIRECTORIES.includes(path));
  return [...missing.map((path) => ({ path, type: 'dir' }) as const), ...placed];
}

/** `a` and `a/b` of `a/b/c`. */
function parentsOf(path: string): string[] {
  const names = path.split('/').slice(0, -1);
  return names.map((_, index) => names.slice(0, index + 1).join('/'));
}

function textFile(path: string, text: string): CpioEntry {
  return { path, type: 'file', mode: 0o644, data: Buffer.from(text) };
}

/** `virtio_ring` of `virtio_ring`, `virtio_ring.ko` and `drivers/virtio/virtio_ring.ko`. */
function moduleName(name: string): string {
  return (name.split('/').at(-1) ?? name).replace(/\.ko$/, '');
}

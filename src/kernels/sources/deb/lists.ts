import { createHash } from 'node:crypto';
import { join } from 'node:path';
import type { Host } from '../../../host/host.ts';
import type { Arch, DebKernelSource } from '../../../model/kernel.ts';
import { requireSpace } from '../../space.ts';
import { waitingWords } from '../../store.ts';
import type { FetchListener } from '../../unpacked.ts';
import type { StorePaths } from '../source.ts';
import { type Apt, openApt } from './apt.ts';

/** A mirror in a directory of this machine, made by `keepDir`. It is trusted no more than one in the network. */
export interface LocalMirror {
  readonly dir: string;
  /** Its lists may be past their Valid-Until. */
  readonly aged: boolean;
}

/** Where the lists of one block are requested. */
export interface ListsRequest {
  readonly arch: Arch;
  readonly source: DebKernelSource;
  readonly mirror: string;
  readonly local?: LocalMirror | undefined;
  readonly paths: StorePaths;
  readonly listener: FetchListener;
}

/** Debian's words. */
export const DEB_ARCH: Readonly<Record<Arch, string>> = { x86_64: 'amd64', aarch64: 'arm64' };

/** Lists of a suite may hold some 10 MB, packed. */
const LISTS_BYTES = 64 * 1024 * 1024;

/** Of a directory, in characters. */
const MAX_NAME = 180;

/** Suites whose lists were brought up to date in this run: once is enough. */
const updated = new WeakMap<Host, Set<string>>();

/** Name of a suite's state directory. Two mirrors that end up in one directory only cost a new download of the lists. */
export function suiteKey(source: DebKernelSource, mirror: string, arch: Arch): string {
  // Lists that one keyring vouches for are not those of another.
  const keyring = source.keyring === undefined ? [] : [source.keyring];
  const words = [source.archive, source.suite, DEB_ARCH[arch], ...keyring, mirror].join('_');
  const name = words.replace(/[^A-Za-z0-9.-]+/g, '_');
  if (name.length <= MAX_NAME) return name;
  // The end of a long one counts, too.
  return `${name.slice(0, MAX_NAME - 65)}_${createHash('sha256').update(words).digest('hex')}`;
}

async function updateOnce(host: Host, apt: Apt, stateDir: string, listener: FetchListener): Promise<void> {
  const done = updated.get(host) ?? new Set<string>();
  updated.set(host, done);
  const lists = await host.files.list(join(stateDir, 'lists'));
  if (done.has(stateDir) && lists.some((name) => name.includes('_Packages'))) return;
  listener.onProgress('package lists', 0, 0);
  await apt.update();
  done.add(stateDir);
}

/**
 * Brings the signed lists of a mirror up to date and holds them while `use` reads them.
 * @throws HostError `no_space`, and as `Apt.update`; what `use` throws
 */
export async function withLists<T>(host: Host, request: ListsRequest, use: (apt: Apt) => Promise<T>): Promise<T> {
  const { arch, source, mirror, local, paths, listener } = request;
  const key = suiteKey(source, mirror, arch);
  // Lists that came with packages serve them alone.
  const state = local ? join(paths.workDir, 'state') : join(paths.aptDir, key);
  await requireSpace(host, paths.root, LISTS_BYTES, `reading the package lists of ${source.suite}`);
  const lock = join(paths.lockDir, `apt-${key}`);
  await using _lock = await host.files.lock(lock, listener.signal, () => listener.onNote(waitingWords(lock)));
  const apt = await openApt(host, {
    dirs: { state, cache: join(paths.workDir, 'apt') },
    source,
    mirror,
    aged: local?.aged,
    arch: DEB_ARCH[arch],
    signal: listener.signal,
  });
  await updateOnce(host, apt, state, listener);
  return await use(apt);
}

import { type Lock, type LockedEntry, type LockedImage, lockText } from '../config/lock-file.ts';
import type { Host } from '../host/host.ts';
import { offersOf } from '../kernels/offers.ts';
import { ensureKernel } from '../kernels/supply.ts';
import type { LaneChoice } from '../model/cell.ts';
import { UsageError } from '../model/errors.ts';
import type { KernelRecord, Profile } from '../model/kernel.ts';
import { newestImage } from './lock-image.ts';

/** What one line of the lock is about. */
export interface LockItem {
  readonly profile: Profile;
  readonly lane: LaneChoice;
}

export interface LockRequest {
  readonly host: Host;
  readonly signal: AbortSignal;
  readonly offline: boolean;
  readonly onProgress: (profile: string, what: string, bytes: number, total: number) => void;
  readonly onNote: (message: string) => void;
}

/** The newest build of a profile, verified. What is locked already is not downloaded again. */
async function newestOf(profile: Profile, before: LockedEntry | undefined, request: LockRequest): Promise<LockedEntry> {
  const { host, signal, offline, onNote } = request;
  const { id } = profile;
  if (profile.problem !== undefined) throw new UsageError('no_profile', profile.problem);
  if (profile.unbootable !== undefined) throw new UsageError('no_kernel_source', profile.unbootable);
  const onProgress = (what: string, bytes: number, total: number): void => request.onProgress(id, what, bytes, total);
  if (before !== undefined && !offline && profile.kernel !== undefined && !('version' in profile.kernel)) {
    const [newest] = await offersOf(host, profile, { signal, onProgress, onNote });
    const same = newest?.name === before.package && newest.version === before.version;
    if (same && before.files.some(({ sha256 }) => sha256 === newest.sha256)) return before;
  }
  const { files } = await ensureKernel(profile, { host, signal, offline, refresh: !offline, onProgress, onNote });
  return entryOf(files.record, id);
}

function titleOf(entry: LockedEntry | undefined): string {
  return entry === undefined ? '' : `${entry.package} ${entry.version}`;
}

function imageTitle(image: LockedImage | undefined): string {
  return image === undefined
    ? ''
    : `${image.url
        .replace(/[?#].*$/, '')
        .split('/')
        .at(-1)} sha256:${image.sha256}`;
}

function entryOf({ package: from, release }: KernelRecord, profile: string): LockedEntry {
  const { name, version, signer, files } = from;
  const own = files.map(({ signer: _, ...file }) => file);
  return { profile, package: name, version, release, signer, files: own };
}

/** The lines of the lock, as they are brought up to date. */
export class LockLines {
  private readonly kernels: Map<string, LockedEntry>;
  private readonly images: Map<string, LockedImage>;

  constructor(old: Lock | undefined) {
    this.kernels = new Map(old?.entries.map((entry) => [entry.profile, entry]));
    this.images = new Map(old?.images.map((entry) => [entry.profile, entry]));
  }

  /** @throws where it cannot be had; then the line stays as it was */
  async update({ profile, lane }: LockItem, request: LockRequest): Promise<{ after: string; release: string }> {
    const { id } = profile;
    if (lane === 'image') {
      const { onProgress, ...rest } = request;
      const shown = (what: string, bytes: number, total: number): void => onProgress(id, what, bytes, total);
      const image = await newestImage(profile, { ...rest, onProgress: shown });
      this.images.set(id, image);
      return { after: imageTitle(image), release: '' };
    }
    const entry = await newestOf(profile, this.kernels.get(id), request);
    this.kernels.set(id, entry);
    return { after: titleOf(entry), release: entry.release };
  }

  titleOf({ profile: { id }, lane }: LockItem): string {
    return lane === 'image' ? imageTitle(this.images.get(id)) : titleOf(this.kernels.get(id));
  }

  get text(): string {
    return lockText([...this.kernels.values()], [...this.images.values()]);
  }
}

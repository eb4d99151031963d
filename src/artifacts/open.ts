import { basename } from 'node:path';
import type { Host } from '../host/host.ts';
import { CancelledError, HostError, UsageError, wordingOf } from '../model/errors.ts';
import { phrase, type Wording } from '../model/wording.ts';
import { takePacked, takeRpm } from './archive.ts';
import { type Collector, createCollector, type TakenObject } from './collect.ts';
import { takeImageArchive } from './image-archive.ts';
import { type Container, containerOf, HEAD_BYTES } from './kind.ts';
import { LIMITS, rejectLarge } from './limits.ts';

/** What was found in a file that is not an object itself. */
export interface OpenedFile {
  /** At least one. */
  readonly objects: readonly TakenObject[];
}

/** Blobs of a layout are what the image names: objects are found there as its layers. */
function isBlob({ member = '' }: TakenObject): boolean {
  return member.startsWith('blobs/');
}

/** @returns what was found: that of its layers, and what lies beside them, where an archive turned out to be an image */
async function takeAll(host: Host, path: string, container: Container, signal: AbortSignal): Promise<Collector> {
  const collector = createCollector();
  switch (container.kind) {
    case 'program':
      collector.take(await host.files.read(path, LIMITS.fileBytes), undefined);
      break;
    case 'source':
      collector.takeSource(await host.files.read(path, LIMITS.sourceBytes), undefined);
      break;
    case 'packed': {
      const { packing } = container;
      // The same object may be a blob of no image, and lie beside it.
      const all = createCollector(true);
      const kind = await takePacked(host, path, packing, all, signal);
      const isImage = kind !== undefined && (await takeImageArchive(host, { path, packing, kind }, collector, signal));
      // What lies beside the layers is not part of the image, and is an object all the same.
      for (const object of all.objects) if (!isImage || !isBlob(object)) collector.keep(object);
      if (!isImage) collector.count(all);
      break;
    }
    case 'deb':
      await takePacked(host, path, 'deb', collector, signal);
      break;
    case 'rpm':
      await takeRpm(host, path, collector, signal);
  }
  return collector;
}

/** How messages name a file. */
export interface Named {
  readonly name: string;
  /** What named it; absent where nothing but its path did. */
  readonly flag?: Wording | undefined;
}

/** Codes of errors that are about the bytes of what was named. */
const DAMAGE: readonly string[] = ['bad_package', 'kernel_unusable', 'wrong_digest'];

/** Why there is nothing to test in a file. */
function nothingWords({ words, kind }: Pick<Container, 'kind' | 'words'>, { bigEndian, programs }: Collector): string {
  if (bigEndian > 0) return `${words}, its objects are all big-endian and the kernels here are little-endian`;
  if (kind === 'program') {
    return `${words} without one; a program that is packed (upx) or loads objects from files has none to be found, name the .bpf.o itself`;
  }
  if (kind === 'source')
    return `${words} without one; compile it (clang -O2 -g -target bpf -c), or name a skeleton that bpftool gen skeleton wrote`;
  const looked =
    programs === 0
      ? 'nor a program'
      : `and ${programs === 1 ? 'its program has' : `its ${programs} programs have`} none`;
  return `${words} without a .bpf.o, ${looked}`;
}

/** Within the time that is given to one file, with errors that name it. */
async function limited<T>(
  { name, flag }: Named,
  words: string,
  signal: AbortSignal | undefined,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const limit = AbortSignal.timeout(LIMITS.milliseconds);
  const said = flag === undefined ? name : phrase`${flag} ${name}`;
  try {
    return await work(signal ? AbortSignal.any([signal, limit]) : limit);
  } catch (error) {
    if (error instanceof CancelledError && !signal?.aborted) {
      throw new UsageError(
        'artifact_too_large',
        phrase`${said}: it was not read after 10 minutes; name the object itself`,
      );
    }
    if (error instanceof UsageError) throw new UsageError(error.code, phrase`${said}: ${wordingOf(error)}`);
    if (error instanceof HostError && DAMAGE.includes(error.code)) {
      throw new UsageError('artifact_unreadable', phrase`${said}: ${words} that cannot be read (${wordingOf(error)})`);
    }
    throw error;
  }
}

function found(collector: Collector, container: Pick<Container, 'kind' | 'words'>, { name, flag }: Named): OpenedFile {
  if (collector.objects.length > 0) return { objects: collector.objects };
  const said = flag === undefined ? '' : phrase`${flag}: `;
  throw new UsageError(
    'artifact_without_object',
    phrase`${said}no BPF object in ${name}: it is ${nothingWords(container, collector)}`,
  );
}

/**
 * Looks for BPF objects in a file that is none itself: in a program, in C source, in an archive or a package.
 * @returns undefined for a file that is opened as an object: one, or what is left of one
 * @throws UsageError `artifact_without_object`, `artifact_too_large`, `artifact_unreadable`; HostError; CancelledError
 */
export async function openFile(
  host: Host,
  path: string,
  named: Named,
  signal: AbortSignal | undefined,
): Promise<OpenedFile | undefined> {
  const container = containerOf(basename(path), await host.files.readHead(path, HEAD_BYTES));
  if (container === undefined) return undefined;
  const collector = await limited(named, container.words, signal, async (within) => {
    const size = (await host.files.stat(path))?.size ?? 0;
    if (container.kind === 'program' && size > LIMITS.fileBytes)
      rejectLarge(`it has more than ${LIMITS.fileBytes >> 20} MiB`);
    return takeAll(host, path, container, within);
  });
  return found(collector, container, named);
}

const IMAGE = { kind: 'image', words: 'an image' } as const;

/**
 * Looks for BPF objects in an image: in an OCI layout on this machine, or pulled from a registry.
 * @param take takes them; returns the digest of the image
 * @throws as `openFile`
 */
export async function openImage(
  named: Named,
  take: (collector: Collector, signal: AbortSignal) => Promise<string>,
  signal: AbortSignal | undefined,
): Promise<OpenedFile & { readonly digest: string }> {
  const collector = createCollector();
  const digest = await limited(named, IMAGE.words, signal, (within) => take(collector, within));
  return { ...found(collector, IMAGE, named), digest };
}

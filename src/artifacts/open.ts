import { basename } from 'node:path';
import type { Host } from '../host/host.ts';
import { CancelledError, HostError, UsageError, wordingOf } from '../model/errors.ts';
import { phrase, type Wording } from '../model/wording.ts';
import { takePacked, takeRpm } from './archive.ts';
import { type Collector, createCollector, type TakenObject } from './collect.ts';
import { type Container, containerOf, HEAD_BYTES } from './kind.ts';
import { LIMITS, refuseLarge } from './limits.ts';

/** What was found in a file that is no object itself. */
export interface OpenedFile {
  /** At least one. */
  readonly objects: readonly TakenObject[];
}

async function takeAll(
  host: Host,
  path: string,
  container: Container,
  collector: Collector,
  signal: AbortSignal,
): Promise<void> {
  switch (container.kind) {
    case 'program':
      return collector.take(await host.files.read(path, LIMITS.fileBytes), undefined);
    case 'source':
      return collector.takeSource(await host.files.read(path, LIMITS.sourceBytes), undefined);
    case 'packed':
      return takePacked(host, path, container.packing, collector, signal);
    case 'deb':
      return takePacked(host, path, 'deb', collector, signal);
    case 'rpm':
      return takeRpm(host, path, collector, signal);
  }
}

/** How messages name a file. */
export interface Named {
  readonly name: string;
  /** What named it; absent where nothing but its path did. */
  readonly flag?: Wording | undefined;
}

/** Why there is nothing to test in a file. */
function nothingWords({ words, kind }: Container, { bigEndian, programs }: Collector): string {
  if (bigEndian > 0) return `${words}, its objects are all big-endian and the kernels here are little-endian`;
  if (kind === 'program') {
    return `${words} without one; a program that is packed (upx) or loads objects from files has none to be found, name the .bpf.o itself`;
  }
  if (kind === 'source') return `${words} without one; a skeleton is what bpftool gen skeleton writes`;
  const looked =
    programs === 0
      ? 'nor a program'
      : `and ${programs === 1 ? 'its program has' : `its ${programs} programs have`} none`;
  return `${words} without a .bpf.o, ${looked}`;
}

/**
 * Looks for BPF objects in a file that is none itself: in a program, in C source, in an archive or a package.
 * @returns undefined for a file that is opened as an object: one, or what is left of one
 * @throws UsageError `artifact_without_object`, `artifact_too_large`, `artifact_unreadable`; HostError; CancelledError
 */
export async function openFile(
  host: Host,
  path: string,
  { name, flag }: Named,
  signal: AbortSignal | undefined,
): Promise<OpenedFile | undefined> {
  const container = containerOf(basename(path), await host.files.readHead(path, HEAD_BYTES));
  if (container === undefined) return undefined;
  const said = flag === undefined ? name : phrase`${flag} ${name}`;
  const limit = AbortSignal.timeout(LIMITS.milliseconds);
  const collector = createCollector();
  try {
    const size = (await host.files.stat(path))?.size ?? 0;
    if (container.kind === 'program' && size > LIMITS.fileBytes)
      refuseLarge(`it has more than ${LIMITS.fileBytes >> 20} MiB`);
    await takeAll(host, path, container, collector, signal ? AbortSignal.any([signal, limit]) : limit);
  } catch (error) {
    if (error instanceof CancelledError && !signal?.aborted) {
      throw new UsageError(
        'artifact_too_large',
        phrase`${said}: it was not unpacked after 10 minutes; name the object itself`,
      );
    }
    if (error instanceof UsageError) throw new UsageError(error.code, phrase`${said}: ${wordingOf(error)}`);
    if (error instanceof HostError && error.code === 'bad_package') {
      throw new UsageError(
        'artifact_unreadable',
        phrase`${said}: ${container.words} that is damaged (${wordingOf(error)})`,
      );
    }
    throw error;
  }
  if (collector.objects.length > 0) return { objects: collector.objects };
  throw new UsageError(
    'artifact_without_object',
    phrase`${flag === undefined ? '' : phrase`${flag}: `}no BPF object in ${name}: it is ${nothingWords(container, collector)}`,
  );
}

import type { Host } from '../host/host.ts';
import { takePacked } from './archive.ts';
import type { Collector } from './collect.ts';
import { containerOf, HEAD_BYTES } from './kind.ts';
import type { Layers } from './layers.ts';
import { LIMITS, rejectLarge } from './limits.ts';
import type { EntryCheck } from './links.ts';
import { rejectLayer } from './reject-layer.ts';

/** Takes what is in one layer. */
export type Take = Parameters<Layers['read']>[0];

interface Taking {
  readonly collector: Collector;
  readonly entries: EntryCheck;
  /** As the image says: files of a system, and not any file that somebody pushed. */
  readonly isArchive: boolean;
  readonly signal: AbortSignal | undefined;
}

/** A layer is an object or another file as it is, or an archive. */
export async function takeLayer(
  host: Host,
  file: string,
  title: string,
  { collector, entries, isArchive, signal }: Taking,
): Promise<void> {
  const head = await host.files.readHead(file, HEAD_BYTES);
  const container = containerOf('', head);
  if (container?.kind === 'packed') {
    await takePacked(host, file, container.packing, collector, signal, entries, isArchive);
    return;
  }
  if (!collector.wants(title, head)) {
    if (isArchive) rejectLayer(head);
    return;
  }
  if (((await host.files.stat(file))?.size ?? 0) > LIMITS.fileBytes) rejectLarge('a layer of it is too large');
  collector.take(await host.files.read(file, LIMITS.fileBytes), title);
}

import { join } from 'node:path';
import type { Host } from '../host/host.ts';
import type { KernelRecord, Profile, StoredFile } from '../model/kernel.ts';
import { imageFacts } from './image/image-facts.ts';
import { withoutZboot } from './image/zboot.ts';
import { bootModules } from './modules/module-files.ts';
import { vouchedFor } from './source-key.ts';
import { blobPath, lockStore, type Store, writeRecord } from './store.ts';
import type { FetchedKernel } from './unpacked.ts';

interface Incoming {
  readonly path: string;
  readonly file: StoredFile;
}

async function measure(host: Host, path: string): Promise<Incoming> {
  const stat = await host.files.stat(path);
  return { path, file: { sha256: await host.files.sha256(path), size: stat?.size ?? 0 } };
}

/**
 * Puts a fetched kernel into the store: the bytes by rename from the work directory (same file system), then the
 * record. A reader sees the old kernel or the new one, whole.
 */
export async function commitKernel(
  host: Host,
  store: Store,
  profile: Profile,
  source: string,
  fetched: FetchedKernel,
  workDir: string,
  signal: AbortSignal | undefined,
): Promise<KernelRecord> {
  const { kernel } = fetched;
  const { channel, modules } = await bootModules(host, kernel, join(workDir, 'modules'), signal);
  const bootable = await withoutZboot(host, kernel.vmlinuz, join(workDir, 'image'), signal);
  const facts = await imageFacts(host, bootable, workDir, signal);
  const vmlinuz = await measure(host, bootable);
  const config = kernel.config === undefined ? undefined : await measure(host, kernel.config);
  const moduleFiles: { name: string; incoming: Incoming }[] = [];
  for (const { name, path } of modules) moduleFiles.push({ name, incoming: await measure(host, path) });
  const record: KernelRecord = {
    schema: 'bpfcompat_kernel.v3',
    profile: profile.id,
    source,
    arch: profile.arch,
    release: kernel.release,
    package: fetched.package,
    vouched: vouchedFor(profile, fetched.package.files, fetched.vouched),
    vmlinuz: vmlinuz.file,
    ...facts,
    config: config?.file ?? null,
    modules: moduleFiles.map(({ name, incoming }) => ({ name, file: incoming.file })),
    ...(fetched.tree === undefined ? {} : { tree: fetched.tree }),
    // Absent where it always was the same, so that older versions read it as well.
    ...(channel === 'virtio-serial' ? {} : { channel }),
    fetchedAt: host.now().toISOString(),
  };
  await using _lock = await lockStore(host, store, signal);
  for (const { path, file } of [vmlinuz, ...(config ? [config] : []), ...moduleFiles.map((one) => one.incoming)]) {
    await host.files.rename(path, blobPath(store, file));
  }
  await writeRecord(host, store, record);
  return record;
}

import { join } from 'node:path';
import type { Host } from '../../host/host.ts';
import type { KernelFiles } from '../../model/kernel.ts';
import { factsName, modulesName } from '../derived.ts';
import { imageParts } from '../image/image-facts.ts';
import { readKallsyms } from '../image/kallsyms.ts';
import { INDEX_FILE } from '../modules/index-modules.ts';
import { locateStore } from '../store.ts';
import { packFacts, type StoredFacts, unpackFacts } from './facts-file.ts';

const MAX_CONFIG = 4 * 1024 * 1024;
const MAX_INDEX = 128 * 1024 * 1024;
export const MAX_FACTS = 64 * 1024 * 1024;

async function ifThere(host: Host, path: string, limit: number): Promise<Buffer | undefined> {
  return (await host.files.stat(path))?.isFile ? await host.files.read(path, limit) : undefined;
}

/** undefined for facts of another version, and damaged ones: they are made again. */
function readable(packed: Buffer): StoredFacts | undefined {
  try {
    return unpackFacts(packed);
  } catch {
    return undefined;
  }
}

async function readKernelFacts(host: Host, files: KernelFiles, signal: AbortSignal | undefined): Promise<StoredFacts> {
  const { btf, rodata } = await imageParts(host, files.vmlinuz, signal);
  const config = files.config && (await host.files.read(files.config, MAX_CONFIG)).toString('utf8');
  return {
    release: files.record.release,
    btf,
    symbols: rodata && readKallsyms(rodata),
    config,
    modules: undefined,
  };
}

/**
 * Facts of a stored kernel: read out of its image once and kept beside it, with what is known of its modules at the time.
 * @throws HostError, file system errors; CancelledError
 */
export async function storedFacts(
  host: Host,
  files: KernelFiles,
  signal: AbortSignal | undefined,
): Promise<StoredFacts> {
  const store = locateStore(host);
  const { record } = files;
  const path = join(store.facts, factsName(record));
  const known = await ifThere(host, path, MAX_FACTS);
  let facts = known && readable(known);
  if (facts === undefined) {
    facts = await readKernelFacts(host, files, signal);
    if (!(await host.files.readOnly(store.root))) {
      await host.files.makeDir(store.facts);
      await host.files.writeAtomic(path, packFacts(facts));
    }
  }
  return { ...facts, modules: await ifThere(host, join(store.modules, modulesName(record), INDEX_FILE), MAX_INDEX) };
}

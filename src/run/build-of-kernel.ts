import { needsBuild, withBuildFacts } from '../classify/build-facts.ts';
import type { Host } from '../host/host.ts';
import type { CellResult } from '../model/cell.ts';
import type { KernelRecord } from '../model/kernel.ts';

/** Bytes of the configuration of a kernel: some 300 KB. */
const MAX_CONFIG = 4 * 1024 * 1024;

/** A stored kernel. */
interface Kernel {
  readonly record: Pick<KernelRecord, 'profile' | 'release' | 'arch'>;
  /** File with its configuration; undefined where its packages have none. */
  readonly config: string | undefined;
}

/**
 * The result with what the kernel's own configuration says of its findings. It is read only where it can say something; one
 * that cannot be read says nothing.
 */
export async function withBuild(result: CellResult, { record, config }: Kernel, host: Host): Promise<CellResult> {
  if (!needsBuild(result.outcome)) return result;
  const text = config === undefined ? undefined : await host.files.read(config, MAX_CONFIG).catch(() => undefined);
  const { profile, release, arch } = record;
  return { ...result, outcome: withBuildFacts(result.outcome, { profile, release, arch, config: text?.toString() }) };
}

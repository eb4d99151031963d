import { Document } from 'yaml';
import type { KernelSource, Profile } from '../model/kernel.ts';
import { INSTALLABLE } from './profile.ts';

const VALIDATOR = '/usr/local/bin/bpfcompat-validator';

/** A block as a file of a repository may have it: digests that come with bpfcompat stay there. */
function blockOf(source: KernelSource | undefined): object | undefined {
  if (source === undefined) return undefined;
  const { pinned: _, ...block } = source as KernelSource & { readonly pinned?: unknown };
  return block;
}

function yaml(value: object): string {
  return new Document(JSON.parse(JSON.stringify(value))).toString({ lineWidth: 0, flowCollectionPadding: false });
}

/** The profile of one build of another profile's kernel, as a file. */
export function profileText(
  id: string,
  base: Profile,
  build: { readonly release: string; readonly url: string | undefined; readonly kernel: KernelSource | undefined },
): string {
  const { release, url, kernel } = build;
  const suffix = Object.hasOwn(INSTALLABLE, base.distro) ? INSTALLABLE[base.distro] : undefined;
  const fits = suffix !== undefined && url?.startsWith('https://') && url.endsWith(suffix);
  const family = /^\d+\.\d+/.exec(release)?.[0] ?? base.kernelFamily;
  return yaml({
    id,
    distro: base.distro,
    version: base.version === '' ? undefined : base.version,
    kernel_family: family,
    arch: base.arch,
    kernel: blockOf(kernel),
    install_kernel: suffix === undefined ? undefined : release,
    kernel_packages: fits ? [url] : undefined,
    boot: { memory_mb: base.memoryMb, cpus: base.cpus, kernel_args: base.kernelArgs },
    validator: { path: VALIDATOR },
    capabilities: base.expectedBtf === undefined ? undefined : { expected_btf: base.expectedBtf },
  });
}

/** A matrix of kernels that are all required. */
export function matrixText(name: string, ids: readonly string[], timeout: string): string {
  return yaml({ name, profiles: ids.map((id) => ({ id, required: true, timeout })) });
}

import type { TestedKernel } from '../model/kernel.ts';
import type { ShardPart } from '../model/shard.ts';

/** Two builds that parts of one plan booted under one name. */
export interface KernelPair {
  readonly profile: string;
  readonly one: TestedKernel;
  readonly two: TestedKernel;
  /** Positions of the two parts. */
  readonly parts: readonly [number, number];
}

function kernelsOf({ runs }: ShardPart): Map<string, TestedKernel> {
  const tested = runs.flatMap(({ run }) => run.results.flatMap(({ kernel }) => (kernel === undefined ? [] : [kernel])));
  return new Map(tested.map((kernel) => [kernel.profile, kernel]));
}

function imageOf({ vmlinuz, release }: TestedKernel): string {
  return vmlinuz?.sha256 ?? release;
}

/** Kernels that two of the parts have by one name, and that are not the same image: each part is held against the first. */
export function otherKernels(parts: readonly ShardPart[]): KernelPair[] {
  const first = new Map<string, { readonly kernel: TestedKernel; readonly part: number }>();
  const found: KernelPair[] = [];
  for (const [part, one] of parts.entries()) {
    for (const [profile, kernel] of kernelsOf(one)) {
      const known = first.get(profile);
      if (known === undefined) first.set(profile, { kernel, part });
      else if (imageOf(known.kernel) !== imageOf(kernel)) {
        found.push({ profile, one: known.kernel, two: kernel, parts: [known.part, part] });
      }
    }
  }
  return found;
}

/** A vendor that released between two machines: both are what the profile stands for. Anything else is another kernel. */
export function isUpdate({ one, two }: KernelPair): boolean {
  return one.source === two.source && one.vouched.by !== 'nobody' && two.vouched.by !== 'nobody';
}

/** `6.1.0-56-cloud-amd64 (sha256 0123456789ab)`; the release alone where the kernel lies inside of a disk image. */
export function buildOf({ release, vmlinuz }: Pick<TestedKernel, 'release' | 'vmlinuz'>): string {
  return vmlinuz === undefined ? release : `${release} (sha256 ${vmlinuz.sha256.slice(0, 12)})`;
}

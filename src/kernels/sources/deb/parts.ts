import { HostError } from '../../../model/errors.ts';
import type { DebKernelSource } from '../../../model/kernel.ts';
import type { UnpackedKernel } from '../../unpacked.ts';
import type { Apt } from './apt.ts';
import { extraParts, kernelParts, pinnedPackages, satisfy } from './choose.ts';
import type { DebPackage } from './control.ts';

/** What to download for one kernel. */
export interface Choice {
  readonly first: DebPackage;
  readonly all: readonly DebPackage[];
  /** Dependencies with kernel parts that no one offers; a kernel may be whole without them. */
  readonly missing: readonly string[];
}

/** The chosen package and, where it is a shell, the packages that hold the kernel's parts. */
export async function withParts(apt: Apt, first: DebPackage, source: DebKernelSource): Promise<Choice> {
  const found = new Map([[first.name, first]]);
  const pinned = pinnedPackages(source);
  const missing: string[] = [];
  const queue = [first];
  for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
    for (const part of kernelParts(next)) {
      if (found.has(part.name)) continue;
      const offered = await apt.packages(part.name, (name) => name === part.name);
      const response = satisfy(part, offered) ?? satisfy(part, pinned);
      if (response === undefined) {
        missing.push(part.exactly === undefined ? part.name : `${part.name} ${part.exactly}`);
        continue;
      }
      found.set(response.name, response);
      queue.push(response);
    }
  }
  for (const name of extraParts(first, source)) {
    const extra = satisfy({ name, exactly: undefined }, await apt.packages(name, (one) => one === name));
    if (extra !== undefined) found.set(name, extra);
  }
  return { first, all: [...found.values()], missing: [...new Set(missing)] };
}

/**
 * In the older layout the image package is whole by itself; in the newer one a missing part is missed.
 * @throws HostError `package_not_found` that names the missing packages.
 */
export function requireWhole(kernel: UnpackedKernel | undefined, choice: Choice, source: DebKernelSource): void {
  const whole = kernel?.config !== undefined && kernel.modulesBuiltin !== undefined && kernel.modules.length > 0;
  if (whole || choice.missing.length === 0) return;
  throw new HostError(
    'package_not_found',
    `${choice.first.name} ${choice.first.version} needs ${choice.missing.join(' and ')}, which ${source.suite} does ` +
      'not have; choose another version in the kernel block of the profile, or pin the missing packages there',
  );
}

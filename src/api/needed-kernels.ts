import { dirname, relative, resolve } from 'node:path';
import type { KernelChoice } from '../config/kernel-choice.ts';
import { readSuite } from '../config/suite.ts';
import { isLocal } from '../model/kernel-source.ts';
import type { LocalKernel } from '../model/local-kernel.ts';
import { rootOf } from '../run/confine.ts';
import { createCatalog, loadText, resolveKernels } from '../run/resolve.ts';
import { localProfiles } from './local-kernels.ts';
import { type Environment, environmentOf } from './services.ts';
import { suiteKernels } from './suite-cases.ts';

/** What will be run: a choice of kernels, or a suite file relative to `cwd`. */
export type Requested = { readonly kernels: KernelChoice } | { readonly suite: string };

/**
 * Profile ids of the kernels that a run will need from elsewhere, each once. What is wrong with a case, or with a file, is not reported
 * here but by the run: then the kernels are left out.
 */
export async function neededKernels(requested: Requested, options: Environment = {}): Promise<string[]> {
  const environment = environmentOf(options);
  const { host, cwd } = environment;
  const ids = new Set<string>();
  const add = async (choice: KernelChoice, dir: string): Promise<void> => {
    const { entries } = await resolveKernels(createCatalog(environment, dir), choice);
    for (const { id, profile } of entries) if (profile.kernel !== undefined && !isLocal(profile.kernel)) ids.add(id);
  };
  try {
    if ('kernels' in requested) {
      await add(requested.kernels, cwd);
      return [...ids];
    }
    const path = resolve(cwd, requested.suite);
    const text = await loadText(host, path, 'suite', requested.suite);
    const suite = readSuite({ file: relative(cwd, path), text });
    const root = await rootOf(host, cwd, dirname(path));
    for (const one of suite.cases) {
      await suiteKernels(host, root, one)
        .then((kernels) => add(kernels, root.dir))
        .catch(() => {});
    }
  } catch {
    // The run meets the same mistake, and says where it is.
  }
  return [...ids];
}

/** Ids of the kernels that were typed for a run and come from elsewhere. What is wrong with one is for the run to report. */
export async function namedLocalKernels(
  localKernels: readonly LocalKernel[],
  options: Environment = {},
): Promise<string[]> {
  const profiles = await localProfiles(environmentOf(options), localKernels).catch(() => []);
  return profiles.flatMap(({ id, kernel }) => (kernel === undefined || isLocal(kernel) ? [] : [id]));
}

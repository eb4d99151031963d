import { join, resolve } from 'node:path';
import type { Host } from '../host/host.ts';
import { packFacts, type StoredFacts, unpackFacts } from '../kernels/facts/facts-file.ts';
import { MAX_FACTS, storedFacts } from '../kernels/facts/read-facts.ts';
import { readModuleIndex } from '../kernels/modules/module-index.ts';
import { CancelledError, HostError, messageOf, UsageError } from '../model/errors.ts';
import type { Profile } from '../model/kernel.ts';
import { option, phrase } from '../model/wording.ts';
import { readBtf } from '../object/btf.ts';
import type { KernelFacts } from '../plan/classes/kernel-facts.ts';
import { ensureDirectory } from '../run/directories.ts';
import type { RunServices } from '../run/prepare-kernels.ts';

/** Where facts of kernels come from. */
export interface FactsPlaces {
  readonly host: Host;
  readonly ensureKernel: RunServices['ensureKernel'];
  /** Absolute path of a directory that holds facts as files, `ID.facts`; undefined: the store alone. */
  readonly dir: string | undefined;
  readonly signal: AbortSignal;
  readonly onNote: (message: string) => void;
}

const SUFFIX = '.facts';

function known(facts: StoredFacts): KernelFacts {
  const btf = facts.btf && readBtf(facts.btf);
  const modules = facts.modules && readModuleIndex(facts.modules);
  return {
    release: facts.release,
    btf: btf === undefined || 'problem' in btf ? undefined : btf,
    symbols: facts.symbols,
    config: facts.config,
    modules: modules && ((needed) => modules.having(needed)),
  };
}

async function fromDirectory(host: Host, path: string): Promise<StoredFacts | undefined> {
  if (!(await host.files.stat(path))?.isFile) return undefined;
  try {
    return unpackFacts(await host.files.read(path, MAX_FACTS));
  } catch (error) {
    if (!(error instanceof HostError)) throw error;
    throw new UsageError('facts_unusable', phrase`${option('facts')} ${path}: ${messageOf(error)}`, { cause: error });
  }
}

/** The directory of `--facts`, made where it is not there. @throws HostError or UsageError where it cannot be */
export async function factsDirectory(host: Host, cwd: string, named: string | undefined): Promise<string | undefined> {
  if (!named) return undefined;
  const dir = resolve(cwd, named);
  await ensureDirectory(host, dir, 'the directory for facts', 'name another one');
  return dir;
}

/**
 * What is known of a kernel without booting it: from a file that was shared, else from the kernel in the store, which is
 * fetched if it is not there.
 * @returns undefined where nothing can be known, which the run itself will say
 * @throws UsageError `facts_unusable` for a file that is there and cannot be read; CancelledError
 */
export async function kernelFacts(profile: Profile, places: FactsPlaces): Promise<KernelFacts | undefined> {
  const { host, dir, signal, onNote, ensureKernel } = places;
  // Whatever a file says: such a kernel is not booted this way, and no other one stands for it.
  if (profile.problem !== undefined || profile.unbootable !== undefined || profile.kernel === undefined)
    return undefined;
  const shared = dir === undefined ? undefined : join(dir, `${profile.id}${SUFFIX}`);
  const there = shared === undefined ? undefined : await fromDirectory(host, shared);
  if (there !== undefined) return known(there);
  try {
    const { files } = await ensureKernel(profile, { signal, onProgress: () => {}, onNote });
    const facts = await storedFacts(host, files, signal);
    if (shared !== undefined) await host.files.writeAtomic(shared, packFacts(facts));
    return known(facts);
  } catch (error) {
    if (error instanceof CancelledError || signal.aborted) throw error;
    onNote(`${profile.id}: nothing is known of this kernel without booting it: ${messageOf(error)}`);
    return undefined;
  }
}

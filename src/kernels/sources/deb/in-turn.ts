import { join } from 'node:path';
import type { Host } from '../../../host/host.ts';
import { HostError, messageOf, wordingOf } from '../../../model/errors.ts';
import type { DebKernelSource } from '../../../model/kernel.ts';
import { joined, phrase } from '../../../model/wording.ts';
import type { FetchListener } from '../../unpacked.ts';
import type { StorePaths } from '../source.ts';
import { ARCHIVES } from './archives.ts';
import { mirrorsFor } from './mirror.ts';

/** Failures after which the next mirror may do better. A bad signature or digest is not one. */
const ANOTHER_MIRROR = new Set(['mirror_unreachable', 'release_expired', 'package_not_found']);

function withRemedy(error: HostError, { archive }: DebKernelSource): HostError {
  if (error.code !== 'mirror_unreachable') return error;
  return new HostError(error.code, phrase`${wordingOf(error)}. ${ARCHIVES[archive].variable} names another mirror`, {
    cause: error,
  });
}

/**
 * Tries the mirrors of a block one after another until one responds. The next one is tried when one cannot be reached or
 * lacks the package; a bad signature or digest ends it.
 * @throws HostError of the gravest failure with the words of all
 */
export async function fromMirrors<T>(
  host: Host,
  source: DebKernelSource,
  paths: StorePaths,
  listener: FetchListener,
  attempt: (mirror: string, paths: StorePaths) => Promise<T>,
): Promise<T> {
  const failures: HostError[] = [];
  const mirrors = await mirrorsFor(host, source);
  for (const [index, mirror] of mirrors.entries()) {
    try {
      return await attempt(mirror, { ...paths, workDir: join(paths.workDir, String(index)) });
    } catch (error) {
      if (!(error instanceof HostError) || !ANOTHER_MIRROR.has(error.code)) throw error;
      failures.push(error);
      const next = mirrors[index + 1];
      if (next !== undefined) listener.onNote(`${messageOf(error)}; trying ${next}`);
    }
  }
  const [only] = failures;
  if (only !== undefined && failures.length === 1) throw withRemedy(only, source);
  // When one mirror responded and lacks the package, that is the news; otherwise none could be reached.
  const graver = failures.find((error) => error.code === 'package_not_found') ?? failures[0];
  const words = joined(failures.map(wordingOf), '. ');
  throw withRemedy(new HostError(graver?.code ?? 'mirror_unreachable', words), source);
}

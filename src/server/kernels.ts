import { isRecordOf, knownKernels } from '../api/kernels.ts';
import type { ResolvedEnvironment } from '../api/services.ts';
import { createCatalog, resolveKernels } from '../run/resolve.ts';

type Known = Awaited<ReturnType<typeof knownKernels>>;
type Profile = Known['profiles'][number];

/** A kernel that objects can be checked on. */
export interface ServedKernel {
  readonly profile: Profile;
  readonly stored: boolean;
  /** It is one of the kernels of a request that names none; whether it decides there. */
  readonly standard: 'required' | 'optional' | undefined;
}

/** How long what the store holds is believed; only what is shown depends on it. */
const FRESH_MS = 30_000;

/** The kernels of a server, looked up now and then. */
export function createKernels(
  environment: ResolvedEnvironment,
  matrix: string,
): () => Promise<readonly ServedKernel[]> {
  let known: Promise<readonly ServedKernel[]> | undefined;
  let at = Number.NEGATIVE_INFINITY;
  const read = async (): Promise<readonly ServedKernel[]> => {
    const { host, cwd } = environment;
    const [{ profiles, store }, { entries }] = await Promise.all([
      knownKernels({ host, cwd }),
      resolveKernels(createCatalog(environment), { kind: 'matrix', value: matrix }),
    ]);
    const standard = new Map(entries.map(({ id, required }) => [id, required ? 'required' : 'optional'] as const));
    return profiles.map((profile) => ({
      profile,
      stored: store.kernels.some(({ record }) => isRecordOf(record, profile)),
      standard: standard.get(profile.id),
    }));
  };
  return async () => {
    const now = environment.host.monotonicMs();
    if (known === undefined) {
      at = now;
      known = read();
    } else if (now - at > FRESH_MS) {
      at = now;
      // No one waits for news; where they cannot be had, what was known stays.
      read().then(
        (news) => {
          known = Promise.resolve(news);
        },
        () => {},
      );
    }
    return known;
  };
}

/** A kernel as the API reports it. */
export function profileJson({ profile, stored, standard }: ServedKernel) {
  const { id, distro, version, kernelFamily, arch, problem, unbootable } = profile;
  const note = problem ?? unbootable;
  return {
    id,
    distro,
    version,
    kernel_family: kernelFamily,
    arch,
    required_default: standard === 'required',
    image_local_path: '',
    image_cached: stored,
    source_mode: note === undefined ? 'url' : 'manual-local',
    transport: 'virtio',
    transport_supported: note === undefined,
    ...(note !== undefined && { transport_note: note }),
  } as const;
}

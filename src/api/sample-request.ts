import type { Manifest } from '../config/manifest.ts';
import { testsOf } from '../config/tuning.ts';
import { UsageError } from '../model/errors.ts';
import { option, phrase, type Wording } from '../model/wording.ts';
import type { SampleRequest } from './check.ts';
import { factsDirectory } from './kernel-facts.ts';
import type { ResolvedEnvironment } from './services.ts';
import type { ValidateOptions } from './validate-options.ts';

/** What decides a check and does not follow from what a kernel has of an object's needs; undefined: nothing. */
function beyondFacts({ mode, maxInsns }: ValidateOptions, manifest: Manifest | undefined): Wording | undefined {
  if (maxInsns !== undefined) return phrase`what ${option('max-insns')} counts`;
  if (manifest === undefined) return undefined;
  const { file, modules } = manifest;
  if (manifest.maxInsns !== undefined) return `${file}: what max_insns counts`;
  if (testsOf(mode, manifest).some(({ required }) => required)) return `${file}: what functional tests see`;
  return modules.load.length > 0 ? `${file}: what modules.load finds` : undefined;
}

/**
 * How a run is cut down to one kernel of each class; undefined where it is not.
 * @throws UsageError `flag_conflict` for what does not go together, `missing_flag` for what says nothing alone
 */
export async function sampleOf(
  { host, cwd }: Pick<ResolvedEnvironment, 'host' | 'cwd'>,
  options: ValidateOptions,
  manifest: Manifest | undefined,
): Promise<SampleRequest | undefined> {
  const { sample = false, facts = '', acceptInferred = false, shard, command } = options;
  const lone = acceptInferred ? 'accept-inferred' : facts === '' ? undefined : 'facts';
  if (!sample && lone !== undefined) {
    throw new UsageError(
      'missing_flag',
      phrase`${option(lone)} is about kernels that are not tested; add ${option('sample')}`,
    );
  }
  if (!sample) return undefined;
  if (shard !== undefined || command !== undefined) {
    const other = option(command === undefined ? 'shard' : 'command');
    throw new UsageError(
      'flag_conflict',
      phrase`${option('sample')} cannot be combined with ${other}; remove one of them`,
    );
  }
  const beyond = acceptInferred ? beyondFacts(options, manifest) : undefined;
  if (beyond !== undefined) {
    throw new UsageError(
      'flag_conflict',
      phrase`${beyond} may differ between kernels that are the same for the object, so no pass of it can be inferred; remove it or ${option('accept-inferred')}`,
    );
  }
  return { facts: await factsDirectory(host, cwd, facts), accepts: acceptInferred };
}

import type { Manifest } from '../config/manifest.ts';
import type { SuiteCase } from '../config/suite.ts';
import { testsOf } from '../config/tuning.ts';
import { UsageError } from '../model/errors.ts';
import { option, phrase, type Wording } from '../model/wording.ts';
import type { SampleRequest } from './check.ts';
import { factsDirectory } from './kernel-facts.ts';
import type { ResolvedEnvironment } from './services.ts';
import type { ValidateOptions } from './validate-options.ts';

/** What decides by a manifest and does not follow from what a kernel has of an object's needs; undefined: nothing. */
function beyondManifest(mode: ValidateOptions['mode'], manifest: Manifest | undefined): string | undefined {
  if (manifest === undefined) return undefined;
  const { file, modules } = manifest;
  if (manifest.maxInsns !== undefined) return `${file}: what max_insns counts`;
  if (testsOf(mode, manifest).some(({ required }) => required)) return `${file}: what functional tests see`;
  return modules.load.length > 0 ? `${file}: what modules.load finds` : undefined;
}

/** The same by the flags of a run, too. */
function beyondFacts({ mode, maxInsns }: ValidateOptions, manifest: Manifest | undefined): Wording | undefined {
  return maxInsns === undefined ? beyondManifest(mode, manifest) : phrase`what ${option('max-insns')} counts`;
}

/** Flags that say it, of a run or of a suite. */
type SampleFlags = Pick<ValidateOptions, 'sample' | 'facts' | 'acceptInferred' | 'shard' | 'command'>;

/**
 * What was said of classes; undefined where nothing was.
 * @throws UsageError `flag_conflict` for what does not go together, `missing_flag` for what says nothing alone
 */
export async function sampleFlags(
  { host, cwd }: Pick<ResolvedEnvironment, 'host' | 'cwd'>,
  { sample = false, facts = '', acceptInferred = false, shard, command }: SampleFlags,
): Promise<SampleRequest | undefined> {
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
  return { facts: await factsDirectory(host, cwd, facts), accepts: acceptInferred };
}

/**
 * How a run is cut down to one kernel of each class; undefined where it is not.
 * @throws UsageError as `sampleFlags`, and `flag_conflict` for what no pass can be inferred of
 */
export async function sampleOf(
  place: Pick<ResolvedEnvironment, 'host' | 'cwd'>,
  options: ValidateOptions,
  manifest: Manifest | undefined,
): Promise<SampleRequest | undefined> {
  const request = await sampleFlags(place, options);
  const beyond = request?.accepts ? beyondFacts(options, manifest) : undefined;
  if (beyond !== undefined) {
    throw new UsageError(
      'flag_conflict',
      phrase`${beyond} may differ between kernels that are the same for the object, so no pass of it can be inferred; remove it or ${option('accept-inferred')}`,
    );
  }
  return request;
}

/** How a case of a suite is cut down: where nothing can be inferred of it, all of its kernels are tested, and a note says so. */
export function caseSample(
  request: SampleRequest | undefined,
  { mode, command }: Pick<SuiteCase, 'mode' | 'command'>,
  maxInsns: ValidateOptions['maxInsns'],
  manifest: Manifest | undefined,
): { readonly sample: SampleRequest | undefined; readonly notes: readonly string[] } {
  const own = maxInsns === undefined ? beyondManifest(mode, manifest) : 'what max_insns counts';
  const decides = request?.accepts ? own : undefined;
  const beyond = command === undefined ? decides : 'what a command finds';
  if (request === undefined || beyond === undefined) return { sample: request, notes: [] };
  const note = `all kernels are tested: ${beyond} may differ between kernels that are the same for the object`;
  return { sample: undefined, notes: [note] };
}

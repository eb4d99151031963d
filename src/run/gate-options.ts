import type { Manifest } from '../config/manifest.ts';
import type { GateOptions } from '../gate/gate.ts';
import { UsageError } from '../model/errors.ts';
import type { FailOn } from '../model/gate.ts';
import { phrase, setting, type Wording } from '../model/wording.ts';

/**
 * What decides about a run: the caller's word, else the manifest's, else that required kernels pass.
 * @param baseline whether the run is held against an older one
 * @param said where `failOn` was written, for messages
 * @throws UsageError when regressions decide and there is nothing to compare with
 */
export function gateOptionsOf(
  manifest: Manifest | undefined,
  failOn: FailOn | undefined,
  baseline: boolean,
  said: Wording = setting('fail-on', 'regression'),
): GateOptions {
  const policy = failOn ?? manifest?.failOn ?? 'required';
  if (policy === 'regression' && !baseline) {
    const where: Wording = failOn === undefined ? `fail_on: regression in ${manifest?.file}` : said;
    throw new UsageError(
      'missing_flag',
      phrase`${where} needs an older report; add ${setting('baseline', 'main.json')}`,
    );
  }
  return {
    failOn: policy,
    requiredProfiles: manifest?.requiredProfiles ?? [],
    expectations: manifest?.expectations ?? [],
    minKernel: manifest?.minKernel,
  };
}

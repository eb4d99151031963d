import type { Manifest } from '../config/manifest.ts';
import { type GateOptions, gate } from '../gate/gate.ts';
import { UsageError } from '../model/errors.ts';
import type { FailOn } from '../model/gate.ts';
import type { RunReport, Verdict } from '../model/report.ts';
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

/** The same with the cells that failed in the baseline of the run already. */
export function withKnown(options: GateOptions, { baseline = [], targets }: RunReport): GateOptions {
  const known = baseline.flatMap((comparison, artifact) =>
    (comparison?.profiles ?? [])
      .filter(({ failure }) => failure === 'known')
      .map(({ profile }) => ({ artifact, target: targets.findIndex((target) => target.profile.id === profile) })),
  );
  return { ...options, known };
}

/** What the gate says about a run. @param run with its baseline, if there is one */
export function verdictOf(options: GateOptions, run: RunReport): Verdict {
  return gate(run, withKnown(options, run));
}

import { VALIDATE_OPTIONS } from './call-options.ts';
import { checkOptions } from './check-options.ts';
import { type FinishedRun, finishTest } from './finish-run.ts';
import { runPhases } from './phases.ts';
import { prepareTest } from './prepare-test.ts';
import type { ValidateOptions } from './validate-options.ts';
import { finishVersions, prepareVersions, versionsOf } from './versions.ts';

export type { ValidateOptions } from './validate-options.ts';

/** What the gate says about a run, and where its reports are. A failing kernel is a verdict, not an exception. */
export type ValidateResult = FinishedRun;

/**
 * Checks objects on real kernels: boots them, loads and attaches every program, classifies what they said and writes
 * the reports that were requested.
 * @throws UsageError for input that the user can correct, HostError for what this machine lacks, CancelledError after
 * an abort; in the last case nothing is left behind
 */
export async function validate(options: ValidateOptions): Promise<ValidateResult> {
  checkOptions('validate', options, VALIDATE_OPTIONS, ['artifacts']);
  const { shard, files } = options;
  return runPhases(options, {
    prepare: async ({ environment }) => {
      const versions = await versionsOf(environment.host, environment.cwd, options);
      const check = await (versions
        ? prepareVersions(options, versions, environment)
        : prepareTest(options, environment));
      return { ...check, versions };
    },
    finish: ({ versions }, completed, { environment: { host, cwd }, signal, onEvent }) => {
      const ended = { host, cwd, files, onEvent, signal, completed };
      return versions ? finishVersions({ ...ended, versions }) : finishTest({ ...ended, shard });
    },
  });
}

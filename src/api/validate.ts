import { placeOf } from '../run/claims.ts';
import { type OldReports, withoutOldReports } from '../run/old-reports.ts';
import { VALIDATE_OPTIONS } from './call-options.ts';
import { checkOptions } from './check-options.ts';
import { type FinishedRun, finishTest } from './finish-run.ts';
import { prepareTest } from './prepare-test.ts';
import { reportOutputs } from './report-files.ts';
import { runPrepared } from './run-prepared.ts';
import { environmentOf, type ResolvedEnvironment } from './services.ts';
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
  const environment = environmentOf(options);
  const { host, cwd } = environment;
  const reads = [placeOf(cwd, options.baseline)];
  return withoutOldReports(host, reportOutputs(options, cwd), reads, (old) => runTest(options, environment, old));
}

async function runTest(
  options: ValidateOptions,
  environment: ResolvedEnvironment,
  old: OldReports,
): Promise<ValidateResult> {
  const { host, cwd } = environment;
  const { isolation, lane, diskResize, offline, refreshKernels, shard, files } = options;
  const signal = options.signal ?? new AbortController().signal;
  const onEvent = options.onEvent ?? (() => {});
  const versions = await versionsOf(host, cwd, options);
  const check = versions
    ? await prepareVersions(options, versions, environment)
    : await prepareTest(options, environment);
  await old.remove();
  const settings = { isolation, lane, diskResize, offline, refreshKernels, signal, onEvent };
  const ended = { host, cwd, files, onEvent, signal };
  return runPrepared(check, environment, settings, (completed) =>
    versions ? finishVersions({ ...ended, completed, versions }) : finishTest({ ...ended, completed, shard }),
  );
}

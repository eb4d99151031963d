import type { KernelOptions } from '../api/kernel-options.ts';
import type { ValidateOptions } from '../api/validate-options.ts';
import type { TestOptions } from '../config/test-options.ts';

/** What every call of the library is given besides what its flags say. */
type FromIo = 'env' | 'cwd' | 'workspace' | 'host' | 'signal' | 'onEvent';

/** Every other option of `validate`: one that is left out, or misspelt, does not compile. */
type OptionsOfTest = Required<Omit<ValidateOptions, Exclude<keyof KernelOptions, 'localKernels'> | FromIo>>;

/** Flags that this command is for, and those that the library knows under another name. */
type OwnFlags = 'kernels' | 'notes' | 'quiet' | 'noColor' | 'json' | 'keepVmOnFailure' | 'validationMode' | 'workdir';

/** Flags that no one reads. `never` for each: options that have one do not fit. */
type Unread = Record<Exclude<keyof TestOptions, OwnFlags | keyof OptionsOfTest>, never>;

/** The options of `validate` as flags give them. */
export function optionsOf(flags: TestOptions & Unread): OptionsOfTest {
  return {
    artifacts: flags.artifacts,
    localKernels: flags.localKernels,
    manifest: flags.manifest,
    artifactName: flags.artifactName,
    artifactVersion: flags.artifactVersion,
    artifactVariant: flags.artifactVariant,
    artifactUri: flags.artifactUri,
    mode: flags.validationMode,
    command: flags.command,
    loader: flags.loader,
    maxInsns: flags.maxInsns,
    sample: flags.sample,
    facts: flags.facts,
    acceptInferred: flags.acceptInferred,
    out: flags.out,
    markdown: flags.markdown,
    files: flags.files,
    workDir: flags.workdir,
    baseline: flags.baseline,
    failOn: flags.failOn,
    concurrency: flags.concurrency,
    timeoutMs: flags.timeoutMs,
    isolation: flags.isolation,
    lane: flags.lane,
    runner: flags.runner,
    diskResize: flags.diskResize,
    offline: flags.offline,
    refreshKernels: flags.refreshKernels,
    shard: flags.shard,
    allowProfileOverride: flags.allowProfileOverride,
    lock: flags.lock,
  };
}

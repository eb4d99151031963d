import { resolve } from 'node:path';
import { NO_SETTINGS } from '../config/loader-settings.ts';
import type { FailOn } from '../model/gate.ts';
import { localKernelText } from '../model/local-kernel.ts';
import type { ValidateOptions } from './validate-options.ts';

/**
 * The flags of `test` that make a question the same one, besides its objects and the ids of its kernels.
 * @param failOn what decided about the run
 * @param declared what the manifest says of it
 * @param options its `localKernels` with absolute paths and names
 */
export function flagsOf(
  {
    manifest,
    mode,
    maxInsns,
    loader = NO_SETTINGS,
    command,
    failOn,
    allowProfileOverride,
    localKernels = [],
  }: Pick<
    ValidateOptions,
    'manifest' | 'mode' | 'maxInsns' | 'loader' | 'command' | 'failOn' | 'allowProfileOverride' | 'localKernels'
  >,
  cwd: string,
  declared: FailOn = 'required',
): string[] {
  // One cell alone has no older report beside it.
  const decides = failOn === 'regression' ? 'required' : failOn;
  return [
    ...(manifest ? ['--manifest', resolve(cwd, manifest)] : []),
    ...(mode ? ['--validation-mode', mode] : []),
    ...(maxInsns === undefined ? [] : ['--max-insns', String(maxInsns)]),
    ...(loader.strictLibbpf ? ['--strict-libbpf'] : []),
    ...[...loader.rodata].flatMap(([name, value]) => ['--set-rodata', `${name}=${value}`]),
    ...[...loader.attachTargets].flatMap(([name, target]) => ['--set-attach-target', `${name}=${target}`]),
    ...(command ? ['--command', command.command] : []),
    ...(command?.binary ? ['--command-binary', resolve(cwd, command.binary)] : []),
    ...(command?.expectExitCode ? ['--command-expect-exit', String(command.expectExitCode)] : []),
    ...(decides && decides !== declared ? ['--fail-on', decides] : []),
    ...localKernels.flatMap((kernel) => ['--kernel', localKernelText(kernel)]),
    ...(allowProfileOverride ? ['--allow-profile-override'] : []),
  ];
}

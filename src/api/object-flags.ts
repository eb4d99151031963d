import { resolve } from 'node:path';
import { NO_SETTINGS } from '../config/loader-settings.ts';
import type { FailOn } from '../model/gate.ts';
import { localKernelText } from '../model/local-kernel.ts';
import { flag } from '../model/wording.ts';
import type { ValidateOptions } from './validate-options.ts';

/**
 * The flags of `test` that make a run the same one, besides its objects and the ids of its kernels.
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
    lane,
    runner,
    diskResize,
  }: Pick<
    ValidateOptions,
    | 'manifest'
    | 'mode'
    | 'maxInsns'
    | 'loader'
    | 'command'
    | 'failOn'
    | 'allowProfileOverride'
    | 'localKernels'
    | 'lane'
    | 'runner'
    | 'diskResize'
  >,
  cwd: string,
  declared: FailOn = 'required',
): string[] {
  // One cell alone has no older report beside it.
  const decides = failOn === 'regression' ? 'required' : failOn;
  return [
    ...(manifest ? [flag('manifest'), resolve(cwd, manifest)] : []),
    ...(mode ? [flag('validation-mode'), mode] : []),
    ...(lane ? [flag('lane'), lane] : []),
    ...(runner && runner !== 'vm' ? [flag('runner'), runner] : []),
    ...(diskResize ? [flag('disk-resize'), String(diskResize)] : []),
    ...(maxInsns === undefined ? [] : [flag('max-insns'), String(maxInsns)]),
    ...(loader.strictLibbpf ? [flag('strict-libbpf')] : []),
    ...(loader.modules === false ? [flag('no-modules')] : []),
    ...(loader.loader ? [flag('loader'), loader.loader] : []),
    ...(loader.loaders ? [flag('loaders'), loader.loaders.join(',')] : []),
    ...(loader.btf ? [flag('btf'), resolve(cwd, loader.btf)] : []),
    ...[...loader.rodata].flatMap(([name, value]) => [flag('set-rodata'), `${name}=${value}`]),
    ...[...loader.attachTargets].flatMap(([name, target]) => [flag('set-attach-target'), `${name}=${target}`]),
    ...(command ? [flag('command'), command.command] : []),
    ...(command?.binary ? [flag('command-binary'), resolve(cwd, command.binary)] : []),
    ...(command?.expectExitCode ? [flag('command-expect-exit'), String(command.expectExitCode)] : []),
    ...(decides && decides !== declared ? [flag('fail-on'), decides] : []),
    ...localKernels.flatMap((kernel) => [flag('kernel'), localKernelText(kernel)]),
    ...(allowProfileOverride ? [flag('allow-profile-override')] : []),
  ];
}

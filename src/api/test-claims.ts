import { resolve } from 'node:path';
import type { Host } from '../host/host.ts';
import type { FailOn } from '../model/gate.ts';
import { option, phrase } from '../model/wording.ts';
import { baselineInput, claimPaths, type Input, placeOf } from '../run/claims.ts';
import type { Payload } from '../run/payload.ts';
import { localInputs } from './local-kernels.ts';
import { reportOutputs } from './report-files.ts';
import type { ValidateOptions } from './validate-options.ts';

/** A run of named objects with everything that it reads and writes. */
interface ClaimedTest {
  readonly host: Host;
  readonly cwd: string;
  readonly options: ValidateOptions;
  /** Objects that were found. */
  readonly artifacts: readonly string[];
  /** Matrix file, absolute; empty without one. */
  readonly matrix: string;
  readonly payload: Payload;
  /** What decides about the run. */
  readonly failOn: FailOn | undefined;
}

/** Compares everything that a run reads and writes. @throws UsageError before anything runs */
export async function claimTest({
  host,
  cwd,
  options,
  artifacts,
  matrix,
  payload,
  failOn,
}: ClaimedTest): Promise<void> {
  const { manifest, command, baseline } = options;
  const own = (path: string | undefined): string => (path ? resolve(cwd, path) : '');
  const inputs: Input[] = [
    ...artifacts.map((path) => ({ path, said: phrase`${option('artifact')} ${path}`, by: 'flag' as const })),
    { path: own(manifest), said: option('manifest'), by: 'flag' },
    { path: matrix, said: option('matrix'), by: 'flag' },
    ...localInputs(cwd, options.localKernels),
    { path: own(options.loader?.btf), said: option('btf'), by: 'flag' },
    { path: own(command?.binary), said: option('command-binary'), by: 'flag' },
    ...payload.assets.map(({ source }) => ({ path: source, said: 'an asset of the manifest', by: 'file' as const })),
    baselineInput({ path: placeOf(cwd, baseline), said: option('baseline'), by: 'flag' }, failOn === 'regression'),
  ];
  await claimPaths(host, cwd, reportOutputs(options, cwd), inputs);
}

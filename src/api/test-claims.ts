import { resolve } from 'node:path';
import type { Host } from '../host/host.ts';
import type { FailOn } from '../model/gate.ts';
import { claimPlaces, type Input, placeOf } from '../run/claims.ts';
import type { Shipment } from '../run/shipment.ts';
import { reportOutputs } from './report-files.ts';
import type { ValidateOptions } from './validate-options.ts';

/** A run of named objects with everything that it reads and writes. */
interface ClaimedTest {
  readonly host: Host;
  readonly cwd: string;
  readonly options: ValidateOptions;
  /** Objects that were found. */
  readonly artifacts: readonly string[];
  /** Matrix file, relative to `cwd`; empty without one. */
  readonly matrix: string;
  readonly shipment: Shipment;
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
  shipment,
  failOn,
}: ClaimedTest): Promise<void> {
  const { manifest, command, baseline } = options;
  const own = (path: string | undefined): string => (path ? resolve(cwd, path) : '');
  const inputs: Input[] = [
    ...artifacts.map((path) => ({ path, said: `--artifact ${path}` })),
    { path: own(manifest), said: '--manifest' },
    { path: own(matrix), said: '--matrix' },
    { path: own(command?.binary), said: '--command-binary' },
    ...shipment.assets.map(({ source }) => ({ path: source, said: 'an asset of the manifest' })),
    { path: placeOf(cwd, baseline), said: '--baseline', baseline: failOn === 'regression' ? 'decides' : 'movable' },
  ];
  await claimPlaces(host, cwd, reportOutputs(options, cwd), inputs);
}

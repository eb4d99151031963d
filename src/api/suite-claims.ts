import { resolve } from 'node:path';
import type { Suite } from '../config/suite.ts';
import type { Host } from '../host/host.ts';
import type { FailOn } from '../model/gate.ts';
import { claimPlaces, type Input, type Output, placeOf } from '../run/claims.ts';
import { type ReportFiles, reportFileOutputs } from './report-files.ts';
import type { PreparedCase } from './suite-cases.ts';

/** A suite with where its own documents go. */
interface ClaimedSuite {
  readonly host: Host;
  readonly cwd: string;
  /** Directory of the suite file: its paths start there. */
  readonly dir: string;
  readonly suite: Suite;
  /** The suite file, relative to `cwd`. */
  readonly file: string;
  /** Absolute paths; empty when not asked for. */
  readonly paths: { readonly json: string; readonly markdown: string };
  readonly options: {
    readonly out?: string;
    readonly markdown?: string;
    readonly baseline?: string;
    readonly files?: ReportFiles | undefined;
  };
}

function role(failOn: FailOn | undefined): 'movable' | 'decides' {
  return failOn === 'regression' ? 'decides' : 'movable';
}

function caseInputs(dir: string, { source, ready }: PreparedCase): Input[] {
  const named = source.paths.filter(({ use, key }) => use === 'read' && !(key === 'matrix' && ready === undefined));
  return [
    ...named.map(({ key, path, origin }) => ({
      path: resolve(dir, path),
      said: `${origin}: ${key}`,
      ...(key === 'baseline' && { baseline: role(ready?.gate.failOn) }),
    })),
    ...(ready?.run.shipment?.assets ?? []).map((asset) => ({
      path: asset.source,
      said: `${source.origin}: an asset of case "${source.name}"`,
    })),
  ];
}

/** A case that cannot start writes nothing. */
function caseOutputs({ source, ready, json, markdown }: PreparedCase): Output[] {
  if (ready === undefined) return [];
  const said = (key: string): string => {
    const origin = source.paths.find((named) => named.key === key)?.origin ?? source.origin;
    return `${origin}: ${key} of case "${source.name}"`;
  };
  const merged: Output[] =
    ready.mergedManifest === undefined ? [] : [{ path: ready.manifest, said: said('report_dir') }];
  return [
    { path: json, said: said('out'), kind: 'report' },
    { path: markdown, said: said('markdown'), kind: 'markdown' },
    ...merged,
  ];
}

/**
 * Compares everything that a suite and its cases read and write.
 * @returns what is written and not read
 * @throws UsageError before anything runs
 */
export async function claimSuite(
  { host, cwd, dir, suite, file, paths, options }: ClaimedSuite,
  cases: readonly PreparedCase[],
): Promise<Output[]> {
  const said = (key: 'out' | 'markdown'): string => {
    const named = suite.paths.find((one) => one.key === key);
    return options[key] || named === undefined ? `--${key} ${options[key]}` : `${named.origin}: ${key} of the suite`;
  };
  const outputs: Output[] = [
    { path: paths.json, said: said('out'), kind: 'report' },
    { path: paths.markdown, said: said('markdown'), kind: 'markdown' },
    ...reportFileOutputs(options.files, cwd),
    ...cases.flatMap(caseOutputs),
  ];
  const inputs: Input[] = [
    { path: resolve(cwd, file), said: '--suite' },
    {
      path: placeOf(cwd, options.baseline),
      said: '--baseline',
      baseline: role(cases.find(({ ready }) => ready?.gate.failOn === 'regression')?.ready?.gate.failOn),
    },
    ...cases.flatMap((one) => caseInputs(dir, one)),
  ];
  await claimPlaces(host, cwd, outputs, inputs);
  const read = new Set(inputs.map(({ path }) => path));
  return outputs.filter(({ path }) => !read.has(path));
}

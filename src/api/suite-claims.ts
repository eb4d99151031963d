import { resolve } from 'node:path';
import type { Suite } from '../config/suite.ts';
import type { Host } from '../host/host.ts';
import type { ReportFiles } from '../model/formats.ts';
import type { LocalKernel } from '../model/local-kernel.ts';
import { option, phrase } from '../model/wording.ts';
import { baselineInput, claimPaths, type Input, type Output, placeOf } from '../run/claims.ts';
import { confine, type Root } from '../run/confine.ts';
import { localInputs } from './local-kernels.ts';
import { reportFileOutputs } from './report-files.ts';
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
  /** Absolute paths; empty when not wanted. */
  readonly paths: { readonly json: string; readonly markdown: string };
  readonly options: {
    readonly out?: string;
    readonly markdown?: string;
    readonly baseline?: string;
    readonly files?: ReportFiles | undefined;
    readonly localKernels?: readonly LocalKernel[];
  };
}

function caseInputs(dir: string, { source, ready }: PreparedCase): Input[] {
  const named = source.paths.filter(({ use, key }) => use === 'read' && !(key === 'matrix' && ready === undefined));
  return [
    ...named.map(({ key, path, origin }) => {
      const input: Input = { path: resolve(dir, path), said: `${origin}: ${key}`, by: 'file' };
      return key === 'baseline' ? baselineInput(input, ready?.gate.failOn === 'regression') : input;
    }),
    ...(ready?.run.payload?.assets ?? []).map((asset) => ({
      path: asset.source,
      said: `${source.origin}: an asset of case "${source.name}"`,
      by: 'file' as const,
    })),
  ];
}

/** Where a case that cannot start would have written: what lies there is none of this run's. */
export async function unwrittenOutputs(
  host: Host,
  root: Root,
  cases: readonly PreparedCase[],
): Promise<Pick<Output, 'path' | 'kind'>[]> {
  const paths = cases.flatMap(({ source: { origin }, ready, json, markdown }) => {
    if (ready !== undefined) return [];
    return [{ path: json, kind: 'report', origin } as const, { path: markdown, kind: 'markdown', origin } as const];
  });
  const inside: Pick<Output, 'path' | 'kind'>[] = [];
  for (const { path, kind, origin } of paths) {
    const real = path && (await confine(host, root, { key: 'out', path, use: 'write', origin }).catch(() => ''));
    if (real !== '') inside.push({ path: real, kind });
  }
  return inside;
}

/** A case that cannot start writes nothing. */
function caseOutputs({ source, ready, json, markdown }: PreparedCase): Output[] {
  if (ready === undefined) return [];
  const said = (key: string): string => {
    const origin = source.paths.find((named) => named.key === key)?.origin ?? source.origin;
    return `${origin}: ${key} of case "${source.name}"`;
  };
  const merged: Output[] =
    ready.mergedManifest === undefined ? [] : [{ path: ready.manifest, said: said('report_dir'), by: 'file' }];
  return [
    { path: json, said: said('out'), by: 'file', kind: 'report' },
    { path: markdown, said: said('markdown'), by: 'file', kind: 'markdown' },
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
  const named = (key: 'out' | 'markdown'): Pick<Output, 'said' | 'by'> => {
    const own = suite.paths.find((one) => one.key === key);
    if (options[key] || own === undefined) return { said: phrase`${option(key)} ${options[key] ?? ''}`, by: 'flag' };
    return { said: `${own.origin}: ${key} of the suite`, by: 'file' };
  };
  const outputs: Output[] = [
    { path: paths.json, ...named('out'), kind: 'report' },
    { path: paths.markdown, ...named('markdown'), kind: 'markdown' },
    ...reportFileOutputs(options.files, cwd),
    ...cases.flatMap(caseOutputs),
  ];
  const inputs: Input[] = [
    { path: resolve(cwd, file), said: option('suite'), by: 'flag' },
    baselineInput(
      { path: placeOf(cwd, options.baseline), said: option('baseline'), by: 'flag' },
      cases.some(({ ready }) => ready?.gate.failOn === 'regression'),
    ),
    ...localInputs(cwd, options.localKernels),
    ...cases.flatMap((one) => caseInputs(dir, one)),
  ];
  await claimPaths(host, cwd, outputs, inputs);
  const read = new Set(inputs.map(({ path }) => path));
  return outputs.filter(({ path }) => !read.has(path));
}

import { plainImagePath } from '../model/image-path.ts';
import type { SuiteCase } from './suite.ts';
import type { SuiteFile } from './suite-schema.ts';
import type { YamlFile } from './yaml-file.ts';

/** What is done with a path: `directory` is made and written below. */
export type PathUse = 'read' | 'write' | 'directory';

/** A path as a file of a repository says it: nothing opens it before `confine` has looked where it leads. */
export interface NamedPath {
  readonly key: string;
  /** As written, relative to the file. */
  readonly path: string;
  readonly use: PathUse;
  /** Relative to the top of the repository instead. */
  readonly fromTop?: true;
  /** `file:line:column` of the key, or of the case where a built-in default stands. */
  readonly origin: string;
}

/** Every key of a suite that names a place on this machine, besides `assets`, which are confined as they are read. */
export const SUITE_PATHS = {
  artifact: 'read',
  command_binary: 'read',
  manifest: 'read',
  matrix: 'read',
  baseline: 'read',
  out: 'write',
  markdown: 'write',
  workdir: 'directory',
  report_dir: 'directory',
} as const satisfies Readonly<Record<string, PathUse>>;
type SuitePathKey = keyof typeof SUITE_PATHS;

/** The paths of a case with its defaults filled in. */
export function casePaths(
  { value, at }: YamlFile<SuiteFile>,
  index: number,
  one: Omit<SuiteCase, 'paths' | 'origin'>,
): NamedPath[] {
  const own = value.cases[index] as Readonly<Record<string, unknown>>;
  const shared = value.defaults as Readonly<Record<string, unknown>>;
  const originOf = (key: string): string | undefined => {
    if (own[key] !== undefined) return at(['cases', index, key]);
    return shared[key] === undefined ? undefined : at(['defaults', key]);
  };
  const reports = originOf('report_dir');
  const paths: Readonly<Record<SuitePathKey, string>> = {
    // An image is no place on this machine.
    artifact: plainImagePath(one.artifact) === undefined ? one.artifact : '',
    command_binary: one.command?.binary ?? '',
    manifest: one.manifest,
    matrix: one.kernels.kind === 'matrix' ? one.kernels.value : '',
    baseline: one.gate.baseline?.path ?? '',
    out: one.out,
    markdown: one.markdown,
    workdir: one.workdir,
    report_dir: one.mergedManifest,
  };
  return (Object.keys(paths) as SuitePathKey[])
    .filter((key) => paths[key] !== '')
    .map((key) => ({
      key,
      path: paths[key],
      // What lies in report_dir is a file that we write.
      use: key === 'report_dir' ? 'write' : SUITE_PATHS[key],
      origin: originOf(key) ?? (SUITE_PATHS[key] === 'write' ? reports : undefined) ?? at(['cases', index]),
    }));
}

/** The documents of the whole suite. */
export function suitePaths({ value, at }: YamlFile<SuiteFile>): NamedPath[] {
  return (['out', 'markdown'] as const).flatMap((key) =>
    value[key] === undefined ? [] : [{ key, path: value[key], use: SUITE_PATHS[key], origin: at([key]) }],
  );
}

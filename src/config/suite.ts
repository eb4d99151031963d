import type { InsnBudget } from '../model/budget.ts';
import type { FunctionalTest, ValidationMode } from '../model/cell.ts';
import { withoutEndSlashes } from '../model/end-slashes.ts';
import { UsageError } from '../model/errors.ts';
import type { Expectation, FailOn, MinKernel } from '../model/gate.ts';
import type { Runner } from '../model/kernel.ts';
import { WORK_DIRECTORY } from '../model/work-directory.ts';
import { type AssetRef, assetRefs } from './assets.ts';
import type { KernelChoice } from './kernel-choice.ts';
import { expectationOf } from './manifest.ts';
import { type NamedLoaders, namedLoaders } from './named-loaders.ts';
import { casePaths, type NamedPath, suitePaths } from './suite-paths.ts';
import { SuiteFile } from './suite-schema.ts';
import { expectationsOf } from './test-expect.ts';
import { readYaml, type SourceFile, type YamlFile } from './yaml-file.ts';

const DEFAULT_REPORT_DIR = 'reports/suites';

/** One case of a suite: an object, its kernels and how it is tested. Paths are relative to the suite file. */
export interface SuiteCase {
  readonly name: string;
  /** Empty where only a command is run. */
  readonly artifact: string;
  /** A command that is run in the guests instead of a load; undefined without one. */
  readonly command: SuiteCommand | undefined;
  /** Files that guests get: those of the defaults, then those of the case. */
  readonly assets: readonly AssetRef[];
  /** Texts that were not given are empty. */
  readonly artifactName: string;
  readonly artifactVersion: string;
  readonly artifactVariant: string;
  readonly artifactUri: string;
  readonly kernels: KernelChoice;
  /** `file:line:column` of what chose them, in the case or in the defaults. */
  readonly kernelsOrigin: string;
  /** Empty without one. */
  readonly manifest: string;
  /** `behavior` whenever there is a test. */
  readonly mode: ValidationMode | undefined;
  /** A test that the case adds to its manifest. */
  readonly test: FunctionalTest | undefined;
  readonly out: string;
  readonly markdown: string;
  /** Where the manifest goes that has in it what the case adds: a test, assets, what is declared and promised. */
  readonly mergedManifest: string;
  readonly workdir: string;
  readonly runner: Runner;
  /** Milliseconds; undefined: neither the case nor the defaults say. */
  readonly timeoutMs: number | undefined;
  /** Guests of this case at the same time; undefined: neither the case nor the defaults say. */
  readonly concurrency: number | undefined;
  readonly keepVmOnFailure: boolean;
  /** false: its result is reported and is non-blocking. */
  readonly required: boolean;
  readonly gate: SuiteGate;
  /** Libraries that load the object: of the case itself, and of the defaults, which count where its manifest says nothing. */
  readonly loaders: { readonly own: NamedLoaders; readonly defaults: NamedLoaders };
  /** Every path of the case, to be confined before anything is opened. */
  readonly paths: readonly NamedPath[];
  /** `file:line:column` of the case. */
  readonly origin: string;
}

/** Command mode of a case; `binary` is relative to the suite file, empty without one. */
interface SuiteCommand {
  readonly command: string;
  readonly binary: string;
  readonly expectExitCode: number;
}

/** What decides about a case, as far as the suite says it. The case's own word wins over its manifest. */
interface SuiteGate {
  /** Older report that the case is held against; `own`: the case itself names it. */
  readonly baseline: { readonly path: string; readonly own: boolean } | undefined;
  readonly failOn: FailOn | undefined;
  readonly minKernel: MinKernel | undefined;
  readonly maxInsns: InsnBudget | undefined;
  /** Known incompatibilities besides those of the manifest. */
  readonly expectations: readonly Expectation[];
  /** What the defaults say: only where neither the case nor its manifest does. */
  readonly defaults: Pick<SuiteGate, 'failOn' | 'minKernel' | 'maxInsns'>;
}

/** Cases that run together, in the order of the reports. Names are unique. */
export interface Suite {
  readonly file: string;
  readonly name: string;
  /** Where the documents of the whole suite go; empty: nowhere, unless the caller says. */
  readonly out: string;
  readonly markdown: string;
  /** The two above with their places in the file. */
  readonly paths: readonly NamedPath[];
  readonly cases: readonly SuiteCase[];
}

type CaseFile = SuiteFile['cases'][number];

/**
 * Reads a suite file (docs/suites.md). What a case does not say comes from `defaults`.
 * @throws UsageError `suite_invalid` with file, line and column of everything that is wrong
 */
export function readSuite(source: SourceFile): Suite {
  const yaml = readYaml(source, SuiteFile, 'suite_invalid');
  const cases = yaml.value.cases.map((_, index) => suiteCase(yaml, index));
  rejectSharedReports(cases);
  const { name, out = '', markdown = '' } = yaml.value;
  return { file: source.file, name, out, markdown, paths: suitePaths(yaml), cases };
}

function suiteCase(yaml: YamlFile<SuiteFile>, index: number): SuiteCase {
  const { defaults } = yaml.value;
  const own = yaml.value.cases[index] as CaseFile;
  const reports = `${withoutEndSlashes(defaults.report_dir ?? DEFAULT_REPORT_DIR)}/${own.name}`;
  const said: Omit<SuiteCase, 'paths' | 'origin'> = {
    name: own.name,
    artifact: own.artifact ?? '',
    command: commandOf(yaml, index),
    assets: [
      ...assetRefs(defaults.assets ?? [], (position) => yaml.at(['defaults', 'assets', position])),
      ...assetRefs(own.assets ?? [], (position) => yaml.at(['cases', index, 'assets', position])),
    ],
    artifactName: own.artifact_name,
    artifactVersion: own.artifact_version,
    artifactVariant: own.artifact_variant,
    artifactUri: own.artifact_uri,
    ...kernelsOf(yaml, index),
    manifest: own.manifest ?? '',
    mode: own.test ? 'behavior' : own.command ? undefined : (own.validation_mode ?? defaults.validation_mode),
    test: testOf(yaml, index),
    out: own.out ?? `${reports}.json`,
    markdown: own.markdown ?? `${reports}.md`,
    mergedManifest: `${reports}.behavior-manifest.yaml`,
    workdir: own.workdir ?? defaults.workdir ?? WORK_DIRECTORY,
    runner: own.runner || defaults.runner || 'vm',
    timeoutMs: own.timeout ?? defaults.timeout,
    concurrency: own.concurrency || defaults.concurrency || undefined,
    keepVmOnFailure: own.keep_vm_on_failure ?? defaults.keep_vm_on_failure ?? false,
    required: own.required,
    gate: gateOf(yaml, index),
    loaders: { own: namedLoaders(yaml, ['cases', index]), defaults: namedLoaders(yaml, ['defaults']) },
  };
  return { ...said, paths: casePaths(yaml, index, said), origin: yaml.at(['cases', index]) };
}

/** @throws UsageError for a case that says neither what to load nor what to run, or half of it */
function commandOf({ value, at }: YamlFile<SuiteFile>, index: number): SuiteCommand | undefined {
  const own = value.cases[index] as CaseFile;
  const reject = (key: string, message: string): never => {
    const place = key === '' ? ['cases', index] : ['cases', index, key];
    throw new UsageError('suite_invalid', `${at(place)}: ${message}`);
  };
  if (own.command !== undefined) {
    if (own.test !== undefined) reject('test', 'test and command cannot be in one case; make two cases of it');
    if (own.validation_mode !== undefined) reject('validation_mode', 'a command decides by its exit code; remove it');
    if (own.max_insns !== undefined) reject('max_insns', 'a command decides by its exit code; remove it');
    return { command: own.command, binary: own.command_binary ?? '', expectExitCode: own.command_expect_exit ?? 0 };
  }
  for (const key of ['command_binary', 'command_expect_exit'] as const) {
    if (own[key] !== undefined) reject(key, `${key} needs a command; add one, or remove it`);
  }
  if (own.artifact === undefined) reject('', `case "${own.name}" has no artifact; add one (or a command to run)`);
  return undefined;
}

function gateOf({ value, at }: YamlFile<SuiteFile>, index: number): SuiteGate {
  const own = value.cases[index] as CaseFile;
  const said = (place: readonly (string | number)[], keys: typeof own | SuiteFile['defaults']) => {
    if (keys.fail_on !== undefined && keys['fail-on'] !== undefined) {
      const message = 'fail-on is fail_on once more; remove one of them';
      throw new UsageError('suite_invalid', `${at([...place, 'fail-on'])}: ${message}`);
    }
    const number = keys.min_kernel;
    const minKernel = number && { number, origin: at([...place, 'min_kernel']) };
    return { failOn: keys.fail_on ?? keys['fail-on'], minKernel, maxInsns: keys.max_insns };
  };
  const baseline = own.baseline ?? value.defaults.baseline;
  return {
    baseline: baseline === undefined ? undefined : { path: baseline, own: own.baseline !== undefined },
    ...said(['cases', index], own),
    expectations: own.expectations.map((one, position) =>
      expectationOf(one, at(['cases', index, 'expectations', position]), 'suite_invalid'),
    ),
    defaults: said(['defaults'], value.defaults),
  };
}

/** The kernels of a case: its own matrix or list, else those of the defaults. */
function kernelsOf({ value, at }: YamlFile<SuiteFile>, index: number): Pick<SuiteCase, 'kernels' | 'kernelsOrigin'> {
  const own = value.cases[index] as CaseFile;
  for (const [place, { matrix, kernels }] of [
    [['cases', index], own],
    [['defaults'], value.defaults],
  ] as const) {
    if (matrix !== undefined && kernels !== undefined) {
      const message = 'matrix and kernels both choose kernels; remove one of them';
      throw new UsageError('suite_invalid', `${at([...place, 'kernels'])}: ${message}`);
    }
    if (matrix !== undefined) {
      return { kernels: { kind: 'matrix', value: matrix }, kernelsOrigin: at([...place, 'matrix']) };
    }
    if (kernels !== undefined) {
      const origin = at([...place, 'kernels']);
      return { kernels: { kind: 'ids', ids: kernels, origin, inFile: true }, kernelsOrigin: origin };
    }
  }
  throw new UsageError(
    'suite_invalid',
    `${at(['cases', index])}: case "${own.name}" has no kernels; add matrix (or kernels) to it or to defaults`,
  );
}

function testOf(yaml: YamlFile<SuiteFile>, index: number): FunctionalTest | undefined {
  const { name, test } = yaml.value.cases[index] as CaseFile;
  if (test === undefined) return undefined;
  const { expect } = test;
  return {
    name: `${name}-behavior`,
    command: test.command,
    required: test.required,
    timeoutSeconds: Math.ceil(test.timeout / 1000),
    expectExitCode: expect.exit_code,
    expectStdoutContains: expect.stdout_contains || expect.event_contains,
    expectStderrContains: expect.stderr_contains,
    expect: expectationsOf(expect, (path) => yaml.at(['cases', index, 'test', 'expect', ...path])),
  };
}

/** Two cases cannot write the same file: the later one would be the only one left. */
function rejectSharedReports(cases: readonly SuiteCase[]): void {
  const owners = new Map<string, string>();
  for (const { name, out, markdown, origin } of cases) {
    for (const path of [out, markdown].map((file) => file.replace(/^(?:\.\/)+/, ''))) {
      const owner = owners.get(path);
      if (owner !== undefined) {
        const whose = owner === name ? 'both reports of this case are' : `case "${owner}" writes its report there too:`;
        throw new UsageError('suite_invalid', `${origin}: ${whose} ${path}; give each its own out and markdown`);
      }
      owners.set(path, name);
    }
  }
}

import type { InsnBudget } from '../model/budget.ts';
import type { FunctionalTest } from '../model/cell.ts';
import { UsageError } from '../model/errors.ts';
import type { Expectation, FailOn, MinKernel } from '../model/gate.ts';
import type { ModuleRules } from '../model/kernel-modules.ts';
import { type AssetRef, assetRefs } from './assets.ts';
import { ManifestFile } from './manifest-schema.ts';
import { type NamedLoaders, namedLoaders } from './named-loaders.ts';
import { didYouMean } from './similar.ts';
import { expectationsOf } from './test-expect.ts';
import { readYaml, type SourceFile, type YamlFile } from './yaml-file.ts';

/** A program as the manifest describes it. Kind, section and type are descriptive. */
interface ManifestProgram {
  readonly name: string;
  readonly section: string;
  readonly type: string;
  readonly attach: {
    readonly kind: string;
    readonly category: string;
    readonly name: string;
    readonly symbol: string;
    readonly required: boolean;
  };
  /** What the loader would attach it to: a function of the kernel, `xdp:function` or `tc:function`; may be empty. */
  readonly attachTarget: string;
  /** Whether the loader would load it; undefined leaves that to the object. */
  readonly autoload: boolean | undefined;
}

/** Sizes that are set between open and load. At least one of the three is there. */
interface MapTuning {
  readonly name: string;
  /** `cpus` = possible CPUs of the guest's kernel. */
  readonly maxEntries: number | 'cpus' | undefined;
  readonly innerRingbufBytes: number | undefined;
  readonly innerMap: InnerMap | undefined;
}

interface InnerMap {
  readonly type: string;
  readonly keySize: number;
  readonly valueSize: number;
  readonly maxEntries: number;
}

interface ProgramVariantGroup {
  readonly group: string;
  /** In priority order. */
  readonly programs: readonly ProgramVariant[];
}

export interface ProgramVariant {
  readonly name: string;
  /** Number of the helper the kernel must have. */
  readonly requiresHelper: number | undefined;
  readonly trialLoad: boolean;
}

/** What a maintainer declares about an object (docs/manifest.md). */
export interface Manifest {
  readonly file: string;
  readonly name: string;
  readonly programs: readonly ManifestProgram[];
  readonly requiredProfiles: readonly string[];
  /** `file:line:column` of each required profile, same order. */
  readonly requiredProfileOrigins: readonly string[];
  readonly functionalTests: readonly FunctionalTest[];
  /** Files that guests get, relative to the directory of the manifest. */
  readonly assets: readonly AssetRef[];
  readonly maps: readonly MapTuning[];
  readonly programTypes: readonly { readonly program: string; readonly type: string }[];
  readonly programVariants: readonly ProgramVariantGroup[];
  readonly probeCompanions: readonly string[];
  /** Values of global variables by name. */
  readonly rodata: ReadonlyMap<string, string>;
  /** Objects are loaded as plain libbpf does. */
  readonly strictLibbpf: boolean;
  /** Modules of the kernel that guests get in any case, and those that they never get. */
  readonly modules: Pick<ModuleRules, 'load' | 'forbid'>;
  /** What a program may cost the verifier; undefined without a budget. */
  readonly maxInsns: InsnBudget | undefined;
  /** Libraries that load the object, as flags name them. */
  readonly loaders: NamedLoaders;
  /** What makes a run fail; undefined leaves that to the caller. */
  readonly failOn: FailOn | undefined;
  /** Kernels from here on are required and older ones optional; undefined leaves that to the matrix. */
  readonly minKernel: MinKernel | undefined;
  /** Known incompatibilities. */
  readonly expectations: readonly Expectation[];
  /** Free; scalars are texts as written. */
  readonly metadata: Readonly<Record<string, unknown>>;
}

/** What other tools call a key. */
const SLIPS = { 'programs.attach.function': 'it is called symbol here' };

/**
 * Reads a manifest.
 * @throws UsageError `manifest_invalid` with file, line and column of everything that is wrong
 */
export function readManifest(source: SourceFile): Manifest {
  const yaml = readYaml(source, ManifestFile, 'manifest_invalid', SLIPS);
  checkVariantMembers(yaml);
  checkContradictions(yaml);
  const { value } = yaml;
  return {
    file: source.file,
    name: value.name,
    ...programSettings(value),
    ...mapSettings(value),
    requiredProfiles: value.required_profiles,
    requiredProfileOrigins: value.required_profiles.map((_, index) => yaml.at(['required_profiles', index])),
    functionalTests: functionalTests(yaml),
    assets: assetRefs(value.assets, (index) => yaml.at(['assets', index])),
    strictLibbpf: value.strict_libbpf,
    modules: value.modules,
    maxInsns: value.max_insns,
    loaders: namedLoaders(yaml, []),
    failOn: value.fail_on ?? value['fail-on'],
    minKernel: value.min_kernel && { number: value.min_kernel, origin: yaml.at(['min_kernel']) },
    expectations: value.expectations.map((one, index) =>
      expectationOf(one, yaml.at(['expectations', index]), 'manifest_invalid'),
    ),
    metadata: value.metadata,
  };
}

function programSettings(
  value: ManifestFile,
): Pick<Manifest, 'programs' | 'programTypes' | 'programVariants' | 'probeCompanions'> {
  return {
    programs: value.programs.map(({ attach_target: attachTarget, autoload, ...program }) => ({
      ...program,
      attachTarget,
      autoload,
    })),
    programTypes: value.program_types,
    programVariants: value.program_variants.map(({ group, programs }) => ({
      group,
      programs: programs.map((program) => ({
        name: program.name,
        requiresHelper: program.requires_helper,
        trialLoad: program.probe === 'trial_load',
      })),
    })),
    probeCompanions: value.probe_companions,
  };
}

function mapSettings(value: ManifestFile): Pick<Manifest, 'maps' | 'rodata'> {
  return {
    maps: value.maps.map((map) => ({
      name: map.name,
      maxEntries: map.max_entries,
      innerRingbufBytes: map.inner_ringbuf_bytes,
      innerMap: map.inner_map && {
        type: map.inner_map.type,
        keySize: map.inner_map.key_size,
        valueSize: map.inner_map.value_size,
        maxEntries: map.inner_map.max_entries,
      },
    })),
    rodata: new Map(Object.entries(value.set_rodata)),
  };
}

function functionalTests({ value, at }: YamlFile<ManifestFile>): Manifest['functionalTests'] {
  return value.functional_tests.map((test, index) => ({
    name: test.name,
    command: test.command,
    required: test.required,
    timeoutSeconds: Math.ceil(test.timeout / 1000),
    expectExitCode: test.expect_exit_code,
    expectStdoutContains: test.expect_stdout_contains,
    expectStderrContains: test.expect_stderr_contains,
    expect: expectationsOf(test.expect, (path) => at(['functional_tests', index, 'expect', ...path])),
  }));
}

/**
 * A known incompatibility as it stands in a file.
 * @param origin `file:line:column` of the declaration
 * @throws UsageError when the declaration does not say of which kernels it speaks, or says it twice
 */
export function expectationOf(
  { profiles, kernels, code, subject, program, says, reason }: ManifestFile['expectations'][number],
  origin: string,
  errorCode: 'manifest_invalid' | 'suite_invalid',
): Expectation {
  if ((profiles === undefined) === (kernels === undefined)) {
    const problem = profiles === undefined ? 'names no kernels; add' : 'names kernels twice; keep only one of';
    throw new UsageError(errorCode, `${origin}: expectation ${problem} profiles or kernels`);
  }
  // An empty subject is what a cause has that names none.
  if (code === 'LOADER_REJECTED' && !subject && !program && !says) {
    const problem =
      'LOADER_REJECTED is every rejection of a library; add says: with a part of its words, as the report has them';
    throw new UsageError(errorCode, `${origin}: expectation of ${problem}`);
  }
  return { profiles: profiles ?? [], kernels, code, subject, program, says, reason, origin };
}

/** A program can be switched by one group only. */
function checkVariantMembers({ value, at }: YamlFile<ManifestFile>): void {
  const owners = new Map<string, string>();
  value.program_variants.forEach(({ group, programs }, g) => {
    programs.forEach(({ name }, p) => {
      const owner = owners.get(name);
      if (owner !== undefined) {
        const place = at(['program_variants', g, 'programs', p, 'name']);
        throw new UsageError(
          'manifest_invalid',
          `${place}: program "${name}" is already in group "${owner}"; a program may be in one group only, remove it from one of them`,
        );
      }
      owners.set(name, group);
    });
  });
}

const LOADER_KEYS = ['maps', 'program_types', 'program_variants', 'probe_companions', 'set_rodata'] as const;

/** A program cannot be required and left out, and nothing can be set for a load that changes nothing. */
function checkContradictions({ value, at }: YamlFile<ManifestFile>): void {
  const reject = (path: readonly (string | number)[], message: string): never => {
    throw new UsageError('manifest_invalid', `${at(path)}: ${message}`);
  };
  if (value.fail_on !== undefined && value['fail-on'] !== undefined) {
    reject(['fail-on'], 'fail-on is fail_on once more; remove one of them');
  }
  const both = value.modules.load.findIndex((name) => value.modules.forbid.includes(name));
  if (both >= 0) {
    const name = value.modules.load[both];
    reject(['modules', 'load', both], `module ${name} is in modules.forbid, too; remove it from one of them`);
  }
  const strict = value.strict_libbpf ? 'strict_libbpf loads the object unchanged; remove it or ' : '';
  const key = LOADER_KEYS.find((name) => Object.keys(value[name]).length > 0);
  if (strict !== '' && key !== undefined) reject([key], `${strict}${key}`);
  const groups = new Map(
    value.program_variants.flatMap(({ group, programs }) => programs.map(({ name }) => [name, group])),
  );
  value.programs.forEach((program, index) => {
    const group = groups.get(program.name);
    if (program.autoload !== undefined && group !== undefined) {
      reject(
        ['programs', index, 'autoload'],
        `group "${group}" decides whether program "${program.name}" is loaded; remove autoload, or the program from the group`,
      );
    }
    if (program.autoload === false && program.attach.required) {
      reject(
        ['programs', index, 'autoload'],
        `program "${program.name}" must be attached and is not loaded; remove autoload or attach.required`,
      );
    }
    if (strict === '') return;
    if (program.attach_target !== '') reject(['programs', index, 'attach_target'], `${strict}attach_target`);
    if (program.autoload !== undefined) reject(['programs', index, 'autoload'], `${strict}autoload`);
  });
}

/**
 * Checks that every required profile of the manifest is one of the chosen kernels.
 * @throws UsageError `required_profile_missing` with one line per missing profile
 */
export function checkRequiredProfiles(manifest: Manifest, chosen: readonly string[], chosenBy: string): void {
  const lines = manifest.requiredProfiles.flatMap((id, index) =>
    chosen.includes(id)
      ? []
      : [
          `${manifest.requiredProfileOrigins[index]}: required profile "${id}" is not among the kernels of ${chosenBy}${
            didYouMean(id, chosen) || ';'
          } add it there or remove it from required_profiles`,
        ],
  );
  if (lines.length > 0) throw new UsageError('required_profile_missing', lines.join('\n'));
}

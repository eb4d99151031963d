import type { InsnBudget } from '../model/budget.ts';
import {
  ISOLATIONS,
  type Isolation,
  LANE_CHOICES,
  type LaneChoice,
  VALIDATION_MODES,
  type ValidationMode,
} from '../model/cell.ts';
import { UsageError } from '../model/errors.ts';
import { FORMATS, type ReportFiles, reportFiles } from '../model/formats.ts';
import type { FailOn } from '../model/gate.ts';
import { RUNNERS, type Runner } from '../model/kernel.ts';
import type { LocalKernel } from '../model/local-kernel.ts';
import type { Shard } from '../model/shard.ts';
import { option, phrase, setting, type Wording } from '../model/wording.ts';
import { asTestValues, type CommandArguments, readCommandFlags, readTestCommand } from './command-options.ts';
import { BUDGET_RULE, parseBudget } from './insn-budget.ts';
import { chooseKernels, type KernelChoice } from './kernel-choice.ts';
import { type LoaderSettings, readLoaderSettings } from './loader-settings.ts';
import { parseLocalKernels } from './local-kernels.ts';
import { type LockMode, lockMode } from './lock.ts';
import { checkReportFiles } from './merge-options.ts';
import { missing, needsNetwork, sameFile } from './missing-option.ts';
import type { ValuesOf } from './options.ts';
import { checkFailOn } from './report-options.ts';
import { parseShard } from './shard.ts';
import { didYouMean, enumerate } from './similar.ts';
import { MODE_WORDS, modeOf } from './validation-mode.ts';
import { quoted } from './words.ts';

/** What `test` and `watch` settle alike: several flags that say one thing, and words that are checked. */
interface ResolvedOptions {
  /** Paths or patterns as typed; at least one, unless a command is run. */
  readonly artifacts: readonly string[];
  readonly kernels: KernelChoice;
  /** Kernels of the user's own, besides the chosen ones. */
  readonly localKernels: readonly LocalKernel[];
  readonly validationMode: ValidationMode | undefined;
  /** undefined: none was given. */
  readonly maxInsns: InsnBudget | undefined;
  readonly loader: LoaderSettings;
  readonly isolation: Isolation;
  /** undefined: what the profile says enough for. */
  readonly lane: LaneChoice | undefined;
  readonly lock: LockMode;
}

/** Flags that are in `Settled` under another name. */
const SETTLED = [
  'artifact',
  'matrix',
  'quick',
  'kernel',
  'setRodata',
  'setAttachTarget',
  'strictLibbpf',
  'noModules',
  'btf',
  'loaders',
  'locked',
  'noLock',
] as const;

/** Flags of `test` that are something else once they are checked, or nothing. */
const OF_TEST = [...SETTLED, ...FORMATS.map(({ name }) => name), 'failOnRegression', 'unsafeAllowHostRunner'] as const;

/** What `test` is to do, checked. Texts that were not given are empty. */
export interface TestOptions
  extends ResolvedOptions,
    Omit<Checked, (typeof OF_TEST)[number] | keyof ResolvedOptions | keyof OwnOfTest>,
    OwnOfTest {}

interface OwnOfTest {
  /** Command mode; undefined without one. */
  readonly command: CommandArguments | undefined;
  /** undefined: the manifest decides. */
  readonly failOn: FailOn | undefined;
  /** undefined: this machine runs everything. */
  readonly shard: Shard | undefined;
  readonly files: ReportFiles;
  readonly runner: Runner;
  /** What the user should know about flags that were accepted without effect. */
  readonly notes: readonly Wording[];
}

/**
 * Checks the flags of `test` against each other.
 * @param given names of the flags that were typed
 * @throws UsageError that names the flag and the remedy
 */
export function checkTestOptions(values: ValuesOf<'test'>, given: ReadonlySet<string>): TestOptions {
  const { command, commandBinary, commandExpectExit, ...rest } = values;
  return checkTest(rest, readCommandFlags(values, given));
}

/** The same for `test-command`. @throws UsageError that names the flag and the remedy */
export function checkTestCommandOptions(values: ValuesOf<'test-command'>): TestOptions {
  return checkTest(asTestValues(values), readTestCommand(values));
}

type Checked = Omit<ValuesOf<'test'>, 'command' | 'commandBinary' | 'commandExpectExit'>;

function checkTest(values: Checked, command: CommandArguments | undefined): TestOptions {
  const runner = checkRunner(values.runner);
  const { artifact: artifacts, artifactName } = values;
  if (artifacts.length === 0 && command === undefined) throw missing('artifact', 'build/my.bpf.o');
  const twice = artifacts.find((path, index) => artifacts.indexOf(path) !== index);
  if (twice !== undefined) throw conflict(phrase`${option('artifact')} ${twice} is given twice; remove one of them`);
  if (artifacts.length > 1 && artifactName !== '') {
    throw conflict(
      phrase`${option('artifact-name')} names one object, but ${artifacts.length} are given; remove it or run one at a time`,
    );
  }
  const resolved = resolveOptions(values, 'test');
  const out = values.out === '' && values.json ? '-' : values.out;
  if (out === '') throw missing('out', 'report.json');
  if (out === values.markdown) throw sameFile('out', 'markdown', quoted(out));
  checkReportFiles({ ...values, out });
  if (values.workdir === '')
    throw conflict(phrase`${option('workdir')} is empty; name a directory or leave the flag out`);
  if (values.offline && values.refreshKernels) throw needsNetwork();
  return {
    ...without(values, OF_TEST),
    ...resolved,
    out,
    command,
    artifactUri: checkUri(values.artifactUri),
    failOn: checkFailOn(values.failOn, values.failOnRegression),
    shard: parseShard(values.shard),
    files: reportFiles(values),
    runner,
    notes:
      values.diskResize === 0 || resolved.lane === 'image'
        ? []
        : [
            phrase`${option('disk-resize')} has an effect on the image lane alone (${option('lane')}): other guests run from memory`,
          ],
  };
}

function resolveOptions(values: Checked | ValuesOf<'watch'>, command: 'test' | 'watch'): ResolvedOptions {
  return {
    artifacts: values.artifact,
    kernels: chooseKernels(values, command),
    localKernels: parseLocalKernels(values.kernel),
    validationMode: parseValidationMode(values.validationMode),
    maxInsns: checkBudget(values.maxInsns),
    loader: readLoaderSettings(values),
    isolation: checkIsolation(values.isolation),
    lane: checkLane(values.lane),
    lock: lockMode(values),
  };
}

function without<T extends object, K extends keyof T>(values: T, keys: readonly K[]): Omit<T, K> {
  const left = Object.entries(values).filter(([key]) => !keys.some((one) => one === key));
  return Object.fromEntries(left) as Omit<T, K>;
}

/** What `watch` is to do about objects, checked. */
export interface WatchOptions
  extends ResolvedOptions,
    Omit<ValuesOf<'watch'>, (typeof SETTLED)[number] | 'suite' | keyof ResolvedOptions> {}

/**
 * What `watch` needs, checked.
 * @throws UsageError that names the flag, what is wrong and what to do
 */
export function checkWatchOptions(values: ValuesOf<'watch'>): WatchOptions {
  if (values.artifact.length === 0) throw missing('artifact', 'build/my.bpf.o');
  return { ...without(values, [...SETTLED, 'suite']), ...resolveOptions(values, 'watch') };
}

/**
 * A validation mode from any of its spellings, case-insensitive; undefined for an empty text.
 * @throws UsageError `flag_value` for any other word
 */
export function parseValidationMode(text: string): ValidationMode | undefined {
  if (text.trim() === '') return undefined;
  const mode = modeOf(text);
  if (mode) return mode;
  throw new UsageError(
    'flag_value',
    phrase`${option('validation-mode')} ${quoted(text)} is not known${didYouMean(text.trim(), MODE_WORDS) || ';'} use ${enumerate(VALIDATION_MODES, 'or')}`,
  );
}

function checkRunner(runner: string): Runner {
  const known = RUNNERS.find((one) => one === runner);
  if (known !== undefined) return known;
  if (runner === 'host') {
    throw new UsageError(
      'not_available',
      phrase`${setting('runner', 'host')} would load an unproven object into the kernel of this machine and is not available, with ${option('unsafe-allow-host-runner')} too; use ${setting('runner', 'vm')}`,
    );
  }
  throw new UsageError(
    'flag_value',
    phrase`${option('runner')} ${quoted(runner)} is not known${didYouMean(runner, RUNNERS) || ';'} use ${enumerate(RUNNERS, 'or')}`,
  );
}

/** @throws UsageError `flag_value` for a word that is none of `words` */
function wordOf<W extends string>(name: 'isolation' | 'lane', words: readonly W[], word: string): W {
  const known = words.find((one) => one === word);
  if (known !== undefined) return known;
  throw new UsageError(
    'flag_value',
    phrase`${option(name)} ${quoted(word)} is not known; use ${enumerate(words, 'or')}`,
  );
}

/** @returns undefined for an empty text. @throws UsageError `flag_value` for any other word */
export function checkLane(word: string): LaneChoice | undefined {
  return word === '' ? undefined : wordOf('lane', LANE_CHOICES, word);
}

/** @throws UsageError `flag_value` for any other word */
export function checkIsolation(word: string): Isolation {
  return wordOf('isolation', ISOLATIONS, word);
}

function checkBudget(text: string): InsnBudget | undefined {
  if (text === '') return undefined;
  const budget = parseBudget(text);
  if (budget !== undefined) return budget;
  throw new UsageError('flag_value', phrase`${option('max-insns')} ${quoted(text)} must be ${BUDGET_RULE}`);
}

function checkUri(uri: string): string {
  if (uri === '' || /^(?:https?|file):\/\/[^\s\u0000-\u001f]+$/i.test(uri)) return uri;
  throw new UsageError(
    'flag_value',
    phrase`${option('artifact-uri')} ${quoted(uri)} is not a URL; use one that starts with https://, http:// or file://`,
  );
}

function conflict(message: Wording): UsageError {
  return new UsageError('flag_conflict', message);
}

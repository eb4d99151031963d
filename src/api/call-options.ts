import { BUDGET_RULE, parseBudget } from '../config/insn-budget.ts';
import { enumerate } from '../config/similar.ts';
import { ISOLATIONS, LANE_CHOICES, VALIDATION_MODES } from '../model/cell.ts';
import { FAIL_ON } from '../model/gate.ts';
import { RUNNERS } from '../model/kernel.ts';
import { isObject, type Kind, type OptionKinds } from './check-options.ts';
import type { CompareRequest } from './compare.ts';
import type { ExplainRequest } from './explain.ts';
import type { GroupOptions } from './group.ts';
import type { InitOptions } from './init.ts';
import type { InspectOptions } from './inspect.ts';
import type { KernelOptions } from './kernel-options.ts';
import type { MergeOptions } from './merge.ts';
import type { PlanOptions } from './plan.ts';
import type { ReportOptions, RunOptions } from './run-options.ts';
import type { Environment } from './services.ts';
import type { BuildSiteOptions } from './site.ts';
import type { SuiteOptions } from './suite-options.ts';
import type { ValidateOptions } from './validate-options.ts';
import type { WatchOptions } from './watch.ts';
import type { WatchSuiteOptions } from './watch-suite.ts';

/** What the calls of the library take, as far as it can be said of each option alone. */

function kind(what: string, example: string, fits: (value: unknown) => boolean): Kind {
  return { what, example, fits };
}

function oneOf(words: readonly string[]): Kind {
  const all = words.map((word) => JSON.stringify(word));
  return kind(enumerate(all, 'or'), all[0] ?? '', (value) => words.some((word) => word === value));
}

const isText = (value: unknown): boolean => typeof value === 'string';
const isCount = (value: unknown, least: number): boolean => Number.isInteger(value) && Number(value) >= least;

const TEXT = kind('a text', '"..."', isText);
const TEXTS = kind('a list of texts', '["..."]', (value) => Array.isArray(value) && value.every(isText));
const OBJECTS = { ...TEXTS, example: '["build/my.bpf.o"]' };
const IDS = { ...TEXTS, example: '["debian-12-6.1"]' };
const REPORT = { ...TEXT, example: '"report.json"' };
const FLAG = kind('true or false', 'true', (value) => typeof value === 'boolean');
const COUNT = kind('a whole number of at least 1', '2', (value) => isCount(value, 1));
const NUMBER = kind('a whole number of at least 0', '0', (value) => isCount(value, 0));
const MILLISECONDS = kind('milliseconds, a whole number of at least 1', '180000', (value) => isCount(value, 1));
const SETTINGS = kind('an object', '{ ... }', isObject);
const LISTENER = kind('a function', '(event) => { ... }', (value) => typeof value === 'function');
const LOCAL_KERNELS = kind(
  'a list of objects',
  '[{ image: "arch/x86/boot/bzImage" }]',
  (value) => Array.isArray(value) && value.every(isObject),
);
const SIGNAL = kind('an AbortSignal', 'new AbortController().signal', (value) => value instanceof AbortSignal);
const BUDGET = kind(
  BUDGET_RULE,
  '"80%"',
  (value) => ['string', 'number'].includes(typeof value) && parseBudget(String(value)) !== undefined,
);
const MODE = oneOf(VALIDATION_MODES);
const ISOLATION = oneOf(ISOLATIONS);
const LANE = oneOf(LANE_CHOICES);
const RUNNER = oneOf(RUNNERS);
const DECIDES = oneOf(FAIL_ON);

const AROUND: OptionKinds<Environment> = {
  env: SETTINGS,
  cwd: TEXT,
  workspace: TEXT,
  host: SETTINGS,
  allowProfileOverride: FLAG,
  lock: oneOf(['use', 'require', 'ignore']),
};

const KERNELS: OptionKinds<KernelOptions> = { matrix: TEXT, kernels: IDS, quick: FLAG, localKernels: LOCAL_KERNELS };

const REPORTS: OptionKinds<ReportOptions> = {
  ...AROUND,
  out: TEXT,
  markdown: TEXT,
  files: SETTINGS,
  workDir: TEXT,
  baseline: TEXT,
  failOn: DECIDES,
  onEvent: LISTENER,
};

const RUN: OptionKinds<RunOptions> = {
  ...REPORTS,
  concurrency: COUNT,
  timeoutMs: MILLISECONDS,
  isolation: ISOLATION,
  lane: LANE,
  runner: RUNNER,
  diskResize: NUMBER,
  offline: FLAG,
  refreshKernels: FLAG,
  shard: SETTINGS,
  signal: SIGNAL,
};

/** What a caller may say of a run; `watch` takes all but the reports. */
export const VALIDATE_OPTIONS: OptionKinds<ValidateOptions> = {
  ...RUN,
  ...KERNELS,
  artifacts: OBJECTS,
  manifest: TEXT,
  artifactName: TEXT,
  artifactVersion: TEXT,
  artifactVariant: TEXT,
  artifactUri: TEXT,
  mode: MODE,
  command: SETTINGS,
  loader: SETTINGS,
  maxInsns: BUDGET,
  sample: FLAG,
  facts: TEXT,
  acceptInferred: FLAG,
};

const {
  out: _out,
  markdown: _markdown,
  sample: _sample,
  facts: _facts,
  acceptInferred: _accept,
  ...CHECKING
} = VALIDATE_OPTIONS;

export const WATCH_OPTIONS: OptionKinds<WatchOptions> = { ...CHECKING, onResult: LISTENER, onIdle: LISTENER };

export const SUITE_OPTIONS: OptionKinds<SuiteOptions> = {
  ...RUN,
  suite: { ...TEXT, example: '"suite.yaml"' },
  localKernels: LOCAL_KERNELS,
  stopOnFailure: FLAG,
  sample: FLAG,
  facts: TEXT,
  acceptInferred: FLAG,
};

const {
  out: _json,
  markdown: _text,
  files: _files,
  shard: _shard,
  sample: _sampled,
  facts: _directory,
  acceptInferred: _accepted,
  ...SUITE_CHECKING
} = SUITE_OPTIONS;

export const WATCH_SUITE_OPTIONS: OptionKinds<WatchSuiteOptions> = {
  ...SUITE_CHECKING,
  onResult: LISTENER,
  onIdle: LISTENER,
};

export const PLAN_OPTIONS: OptionKinds<PlanOptions> = {
  ...AROUND,
  ...KERNELS,
  artifacts: OBJECTS,
  suite: TEXT,
  baseline: TEXT,
  shards: NUMBER,
  targetMs: MILLISECONDS,
  out: TEXT,
  signal: SIGNAL,
};

export const GROUP_OPTIONS: OptionKinds<GroupOptions> = {
  ...AROUND,
  ...KERNELS,
  artifacts: OBJECTS,
  facts: TEXT,
  offline: FLAG,
  out: TEXT,
  signal: SIGNAL,
  onNote: LISTENER,
};

export const MERGE_OPTIONS: OptionKinds<MergeOptions> = {
  ...REPORTS,
  reports: { ...TEXTS, example: '["shards/"]' },
};

export const COMPARE_OPTIONS: OptionKinds<CompareRequest> = {
  ...AROUND,
  base: REPORT,
  head: REPORT,
  history: SETTINGS,
  out: TEXT,
  markdown: TEXT,
};

export const EXPLAIN_OPTIONS: OptionKinds<ExplainRequest> = {
  ...AROUND,
  report: REPORT,
  artifact: TEXT,
  kernel: TEXT,
  width: COUNT,
  color: FLAG,
};

export const INSPECT_OPTIONS: OptionKinds<InspectOptions> = { ...AROUND, files: OBJECTS, signal: SIGNAL };
export const BUILD_SITE_OPTIONS: OptionKinds<BuildSiteOptions> = {
  ...AROUND,
  inputs: { ...TEXTS, example: '["reports/"]' },
  out: { ...TEXT, example: '"public"' },
  label: TEXT,
};
export const INIT_OPTIONS: OptionKinds<InitOptions> = { ...AROUND, dir: TEXT, matrix: TEXT };

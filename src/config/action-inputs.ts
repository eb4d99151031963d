import { FORMATS } from '../model/formats.ts';
import { DEFAULT_CONCURRENCY, DEFAULT_TIMEOUT } from '../model/run-defaults.ts';
import type { CommandName } from './commands.ts';
import type { OptionRow } from './option-row.ts';
import { optionsOf } from './options.ts';

/** How the text of an input is read. `lines`: one value per line. */
type InputType = 'text' | 'boolean' | 'lines' | 'integer' | 'choice';

/** One input of the Action. The table below is the only place where an input exists. */
export interface ActionInput {
  readonly name: string;
  readonly description: string;
  readonly type: InputType;
  /** As it stands in action.yml; empty = what the flag or the suite file says. */
  readonly default: string;
  /** Words that a `choice` takes. */
  readonly choices?: readonly string[];
  /** Flag that gets the value, per command. Empty: the Action's own. */
  readonly flags: Partial<Record<ActionCommand, string>>;
}

/** Commands the Action runs. */
export const ACTION_COMMANDS = ['test', 'suite', 'plan', 'merge'] as const;
export type ActionCommand = (typeof ACTION_COMMANDS)[number];

/** Flags that make no sense in a workflow step, or that another input replaces. */
const NOT_INPUTS = new Set([
  ...['json', 'quiet', 'no-color', 'runner', 'unsafe-allow-host-runner', 'fail-on-regression'],
  'group',
]);

/** `suite` has files of its own, as workflows of earlier versions name them. */
const SUITE_NAMES: Readonly<Record<string, string>> = { out: 'suite-out', markdown: 'suite-markdown' };

const own = (name: string, type: InputType, fallback: string, description: string): ActionInput => ({
  name,
  type,
  default: fallback,
  description,
  flags: {},
});

const choice = (name: string, choices: readonly string[], fallback: string, description: string): ActionInput => ({
  ...own(name, 'choice', fallback, description),
  choices,
});

/** Inputs that no command knows. */
const OWN_INPUTS: readonly ActionInput[] = [
  choice(
    'mode',
    ['run', 'plan', 'merge'],
    'run',
    'run: check objects; plan: divide the run into shards and set the output matrix; merge: combine the reports of all shards',
  ),
  own(
    'reports',
    'lines',
    '',
    'with mode merge: the JSON reports of the shards, as files, patterns or directories, one per line',
  ),
  choice(
    'job-summary',
    ['all', 'failed', 'none'],
    'all',
    'what the job summary shows: every object, only those that failed, or no summary',
  ),
  own('annotations', 'boolean', 'true', 'mark failures on the source lines of the pull request'),
  own('max-annotations', 'integer', '9', 'most annotations of this step, 0 to 9 (GitHub shows ten of each level)'),
  own('upload-evidence', 'boolean', 'true', 'upload reports, verifier logs and guest consoles as a workflow artifact'),
  own(
    'evidence-name',
    'text',
    '',
    'name of that artifact; default: bpfcompat, plus the names of the suite and the shard',
  ),
  own('retention-days', 'integer', '0', 'days to keep that artifact, 1 to 400; 0: the default of the repository'),
  own('cache', 'boolean', 'true', 'cache kernel packages with GitHub Actions cache'),
  own('require-kvm', 'boolean', 'false', 'fail if KVM does not work, instead of using slow emulation'),
  own(
    'allow-fork',
    'boolean',
    'false',
    'also run for pull requests from forks on a self-hosted runner, which fails otherwise; only for runners that serve a single job',
  ),
  choice(
    'install-qemu',
    ['auto', 'never'],
    'auto',
    'auto: install QEMU and the other tools with apt if they are missing; never: fail and name what is missing',
  ),
  own('comment', 'boolean', 'false', 'write a comment on the pull request and keep it up to date; needs github-token'),
  own(
    'github-token',
    'text',
    '',
    'token for the comment: secrets.GITHUB_TOKEN, with the permission pull-requests: write',
  ),
  own('build', 'boolean', 'true', 'accepted for compatibility; there is nothing to build'),
  own(
    'binary',
    'text',
    './bin/bpfcompat',
    'path of a bpfcompat program to run instead of the one in this action, if the file exists',
  ),
  choice(
    'prebuilt',
    ['auto', 'never'],
    'auto',
    'accepted for compatibility; the validator always comes with the action',
  ),
];

/** Defaults that make a step with nothing but an object work, and what flags say that a workflow says differently. */
const OVERRIDES: Readonly<Record<string, Partial<Pick<ActionInput, 'default' | 'description' | 'type'>>>> = {
  artifact: {
    description:
      'compiled objects (.bpf.o) to check, or programs and archives with objects in them: paths or patterns such as build/*.bpf.o, one per line',
  },
  kernels: {
    description:
      'kernels to test on, separated by commas or one per line, all of them required: profile ids (debian-12-6.1), vendors (ubuntu>=20.04, el@newest) or built-in matrices (lts)',
  },
  matrix: {
    description:
      'matrix of kernels: a file, or the name of a built-in one (quick, debian); default: quick, if kernels and kernel are not set either',
  },
  out: { default: 'reports/bpfcompat.json' },
  markdown: { default: 'reports/bpfcompat.md' },
  'suite-out': { default: 'reports/bpfcompat-suite.json' },
  'suite-markdown': { default: 'reports/bpfcompat-suite.md' },
  suite: {
    description:
      'suite file (YAML): many cases, each with its own object, kernels and manifest; the inputs artifact, matrix, kernels, manifest, out and markdown are ignored then',
  },
  timeout: {
    description: `time for one object on one kernel (90s, 5m); default: what the suite file says, else ${DEFAULT_TIMEOUT}`,
  },
  concurrency: {
    description: `guests that run at the same time; default: what the suite file says, else ${DEFAULT_CONCURRENCY}`,
  },
  workdir: {
    description: 'directory for the evidence of each run; default: what the suite file says, else .bpfcompat',
  },
};

function typeOf({ type }: OptionRow): InputType {
  if (type === 'boolean') return 'boolean';
  return type === 'repeated' || type === 'list' ? 'lines' : 'text';
}

/** Inputs that stand for flags: every flag of the commands the Action runs, once. */
function flagInputs(): ActionInput[] {
  const inputs = new Map<string, ActionInput>();
  for (const command of ACTION_COMMANDS) {
    for (const option of optionsOf(command as CommandName)) {
      if (NOT_INPUTS.has(option.name)) continue;
      const name = command === 'suite' ? (SUITE_NAMES[option.name] ?? option.name) : option.name;
      const known = inputs.get(name);
      const input: ActionInput = known ?? {
        name,
        description: option.description,
        type: typeOf(option),
        default: '',
        flags: {},
        ...OVERRIDES[name],
      };
      inputs.set(name, { ...input, flags: { ...input.flags, [command]: option.name } });
    }
  }
  return [...inputs.values()];
}

function firstInputs(inputs: readonly ActionInput[]): ActionInput[] {
  const first = ['mode', 'artifact', 'suite', 'matrix', 'kernels', 'kernel', 'quick', 'manifest'];
  const rank = ({ name }: ActionInput): number => (first.includes(name) ? first.indexOf(name) : first.length);
  return [...inputs].sort((a, b) => rank(a) - rank(b));
}

/** Every input, the ones most people need first. */
export const ACTION_INPUTS: readonly ActionInput[] = firstInputs([...flagInputs(), ...OWN_INPUTS]);

export interface ActionOutput {
  readonly name: string;
  readonly description: string;
}

export const ACTION_OUTPUTS = [
  {
    name: 'result',
    description: 'pass, fail (a required kernel rejects an object), error (inconclusive), or cancelled',
  },
  {
    name: 'exit-code',
    description:
      '0: pass; 1: inconclusive (usage, tool or infrastructure error); 2: a required kernel rejects an object',
  },
  { name: 'total', description: 'number of checks; a check is one object on one kernel' },
  { name: 'passed', description: 'checks that passed' },
  { name: 'failed', description: 'checks in which the kernel rejected the object or a test failed' },
  { name: 'skipped', description: 'checks that were not run, for example on a kernel that cannot be booted' },
  { name: 'errored', description: 'checks that were inconclusive' },
  {
    name: 'regressions',
    description:
      'checks with a failure or a cause that the baseline does not have, objects it lacks included; 0 without a baseline',
  },
  { name: 'report-json', description: 'path of the JSON report' },
  { name: 'report-markdown', description: 'path of the Markdown report' },
  ...FORMATS.flatMap(({ name, output }) =>
    output === undefined ? [] : [{ name: `report-${name}` as const, description: output }],
  ),
  { name: 'summary-file', description: 'path of the Markdown of the job summary' },
  { name: 'comment-file', description: 'path of the Markdown of the pull request comment' },
  { name: 'artifact-id', description: 'id of the uploaded evidence artifact; empty if there is none' },
  { name: 'artifact-url', description: 'URL of the uploaded evidence artifact; empty if there is none' },
  { name: 'matrix', description: 'with mode plan: JSON for strategy.matrix of the shard job' },
  { name: 'cache-hit', description: 'true if no kernel had to be downloaded' },
  { name: 'cached-kernels', description: 'number of kernels that came from the GitHub Actions cache' },
  { name: 'accelerator', description: 'what ran the guests: kvm, or tcg (emulation)' },
] as const satisfies readonly ActionOutput[];

export type OutputName = (typeof ACTION_OUTPUTS)[number]['name'];

import { FORMATS } from '../model/formats.ts';
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
const NOT_INPUTS = new Set(['json', 'quiet', 'no-color', 'runner', 'unsafe-allow-host-runner', 'fail-on-regression']);

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
    'run checks; plan gives the matrix of a sharded workflow without booting anything; merge joins the reports of shards',
  ),
  own('reports', 'lines', '', 'with mode merge: reports of the shards, files or patterns, one per line'),
  choice(
    'job-summary',
    ['all', 'failed', 'none'],
    'all',
    'what the job summary shows: every object, only those that failed, or nothing',
  ),
  own('annotations', 'boolean', 'true', 'mark failures on the source lines of the pull request'),
  own('max-annotations', 'integer', '9', 'annotations of one step, 0 to 9; GitHub shows ten of a kind'),
  own('upload-evidence', 'boolean', 'true', 'upload reports, verifier logs and consoles as an artifact'),
  own(
    'evidence-name',
    'text',
    '',
    'name of that artifact; without it bpfcompat, with the name of the suite and the shard',
  ),
  own('retention-days', 'integer', '0', 'days that artifact is kept, 1 to 400; 0 is the default of the repository'),
  own('cache', 'boolean', 'true', 'keep kernels in the cache of GitHub Actions'),
  own('require-kvm', 'boolean', 'false', 'fail where KVM does not work, instead of emulating slowly'),
  own(
    'allow-fork',
    'boolean',
    'false',
    'boot kernels for pull requests of forks also on a runner of your own, which is refused otherwise; for runners that serve one job',
  ),
  choice(
    'install-qemu',
    ['auto', 'never'],
    'auto',
    'auto installs QEMU and the other tools with apt where they are missing; never only says what is missing',
  ),
  own(
    'comment',
    'boolean',
    'false',
    'write one comment into the pull request and keep it up to date; needs github-token',
  ),
  own('github-token', 'text', '', 'token for the comment: secrets.GITHUB_TOKEN with pull-requests: write'),
  own('build', 'boolean', 'true', 'accepted for workflows of earlier versions; there is nothing to build'),
  own(
    'binary',
    'text',
    './bin/bpfcompat',
    'bpfcompat program to run instead of the one in this action; where the default does not exist, it is not missed',
  ),
  choice(
    'prebuilt',
    ['auto', 'never'],
    'auto',
    'accepted for workflows of earlier versions; the validator always comes with the action',
  ),
];

/** Defaults that make a step with nothing but an object work, and what flags say that a workflow says differently. */
const OVERRIDES: Readonly<Record<string, Partial<Pick<ActionInput, 'default' | 'description' | 'type'>>>> = {
  artifact: {
    description: 'compiled objects (.bpf.o) to check: paths or patterns such as build/*.bpf.o, one per line',
  },
  kernels: {
    description:
      'kernels, separated by commas or one per line, all required: profile ids, vendors (ubuntu>=20.04, el@newest) or names of matrices (lts)',
  },
  matrix: {
    description:
      'matrix file, or the name of one that comes with bpfcompat (quick, debian); without matrix, kernels and kernel it is quick',
  },
  out: { default: 'reports/bpfcompat.json' },
  markdown: { default: 'reports/bpfcompat.md' },
  'suite-out': { default: 'reports/bpfcompat-suite.json' },
  'suite-markdown': { default: 'reports/bpfcompat-suite.md' },
  suite: {
    description: 'suite file; where it is given, inputs of a single check (artifact, matrix, out, ...) are ignored',
  },
  timeout: {
    description: 'time for one object on one kernel (90s, 5m); without it 180s, or what the suite file says',
  },
  concurrency: {
    description: 'guests that run at the same time; without it 2, or what the suite file says',
  },
  workdir: {
    description: 'directory for the evidence of each run; without it .bpfcompat, or what the suite file says',
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
    description: 'pass, fail (a required kernel rejects it), error (could not be tested), or cancelled',
  },
  { name: 'exit-code', description: '0 pass, 1 tool or infrastructure error, 2 compatibility failure' },
  { name: 'total', description: 'checks: one object on one kernel each' },
  { name: 'passed', description: 'checks that passed' },
  { name: 'failed', description: 'checks in which the kernel rejected the object or a test failed' },
  { name: 'skipped', description: 'checks that were not run' },
  { name: 'errored', description: 'checks that could not be completed' },
  {
    name: 'regressions',
    description:
      'checks that fail now and did not in the baseline, or failed for other causes; those of objects that it lacks count; 0 without a baseline',
  },
  { name: 'report-json', description: 'path of the JSON report' },
  { name: 'report-markdown', description: 'path of the Markdown report' },
  ...FORMATS.flatMap(({ name, output }) =>
    output === undefined ? [] : [{ name: `report-${name}` as const, description: output }],
  ),
  { name: 'summary-file', description: 'path of the Markdown that the job summary shows' },
  { name: 'comment-file', description: 'path of the Markdown for a comment in a pull request' },
  { name: 'artifact-id', description: 'id of the uploaded evidence; empty when there is none' },
  { name: 'artifact-url', description: 'address of the uploaded evidence; empty when there is none' },
  { name: 'matrix', description: 'with mode plan: JSON for strategy.matrix' },
  { name: 'cache-hit', description: 'true when every kernel came from the cache or was there already' },
  { name: 'cached-kernels', description: 'kernels that came from the cache of GitHub Actions' },
  { name: 'accelerator', description: 'kvm or tcg (emulation)' },
] as const satisfies readonly ActionOutput[];

export type OutputName = (typeof ACTION_OUTPUTS)[number]['name'];

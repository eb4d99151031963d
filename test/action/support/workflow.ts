import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { parse } from 'yaml';
import type { ResultsService } from './results-service.ts';
import { type Job, makeJob, type PhaseEnd, ROOT, runAction, scratchDir } from './runner.ts';
import { unzip } from './zip.ts';

interface Step {
  readonly id?: string;
  readonly if?: string | boolean;
  readonly uses?: string;
  readonly run?: string;
  readonly with?: Readonly<Record<string, string | number | boolean>>;
  readonly env?: Readonly<Record<string, string>>;
  readonly 'continue-on-error'?: boolean;
}

interface JobText {
  readonly needs?: string | readonly string[];
  readonly if?: string;
  readonly outputs?: Readonly<Record<string, string>>;
  readonly strategy?: { readonly matrix?: string };
  readonly steps: readonly Step[];
}

export interface WorkflowOptions {
  /** Directory that a checkout gives. */
  readonly repository: string;
  readonly service: ResultsService;
  readonly env: Readonly<Record<string, string>>;
  /** Other actions that the workflow uses, by the beginning of their name. */
  readonly actions?: Readonly<Record<string, (inputs: Readonly<Record<string, string>>) => void>>;
}

export interface JobEnd {
  readonly name: string;
  readonly success: boolean;
  readonly outputs: Readonly<Record<string, string>>;
  /** The main phase of each step that is our action. */
  readonly steps: readonly PhaseEnd[];
  readonly workspace: string;
  /** What its scripts said that failed. */
  readonly log: string;
}

type Context = Record<string, unknown>;

/** The value of an expression; the words of workflows are those of JavaScript but for dashes in names. */
function evaluate(expression: string, context: Context): unknown {
  const code = expression.replace(/'[^']*'|\.([A-Za-z_][\w]*-[\w-]*)/g, (whole, name?: string) =>
    name === undefined ? whole : `['${name}']`,
  );
  const names = Object.keys(context);
  return new Function(...names, `return (${code});`)(...names.map((name) => context[name]));
}

function filled(text: string, context: Context): string {
  return text.replace(/\$\{\{\s*(.*?)\s*\}\}/g, (_, expression: string) => String(evaluate(expression, context) ?? ''));
}

/** Whether a condition holds; one without a word about the job's state needs its success. */
function holds(condition: string | boolean | undefined, success: boolean, context: Context): boolean {
  if (condition === undefined) return success;
  const text = String(condition).replace(/^\$\{\{\s*(.*?)\s*\}\}$/, '$1');
  const state = { always: () => true, cancelled: () => false, success: () => success, failure: () => !success };
  const value = Boolean(evaluate(text, { ...context, ...state }));
  return /\b(?:always|cancelled|failure|success)\(/.test(text) ? value : success && value;
}

/** Unpacks what was uploaded, as actions/download-artifact does it: a directory per artifact. */
function download(inputs: Readonly<Record<string, string>>, workspace: string, service: ResultsService): void {
  const pattern = new RegExp(`^${(inputs['pattern'] ?? '*').replaceAll('*', '.*')}$`);
  for (const { name, zip } of service.artifacts.filter((one) => pattern.test(one.name))) {
    for (const [path, bytes] of unzip(zip)) {
      const to = resolve(workspace, inputs['path'] ?? '', name, path);
      mkdirSync(dirname(to), { recursive: true });
      writeFileSync(to, bytes);
    }
  }
}

/** A script as a runner starts it: what it adds to PATH is there for later ones. */
function runScript(script: string, job: Job, env: Readonly<Record<string, string>>): void {
  const [path, summary] = ['added-path', 'step-summary.md'].map((name) => join(job.temp, name)) as [string, string];
  for (const file of [path, summary]) writeFileSync(file, '', { flag: 'a' });
  const added = readFileSync(path, 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .reverse();
  const all = {
    PATH: [...added, process.env['PATH'] ?? ''].join(':'),
    HOME: job.home,
    GITHUB_PATH: path,
    GITHUB_STEP_SUMMARY: summary,
    GITHUB_WORKSPACE: job.workspace,
    ...env,
  };
  execFileSync('bash', ['-e', '-c', script], { cwd: job.workspace, env: all, stdio: 'pipe' });
}

async function runStep(step: Step, job: Job, context: Context, options: WorkflowOptions) {
  const { service, repository } = options;
  const texts = Object.entries(step.with ?? {}).map(([name, value]) => [name, filled(String(value), context)]);
  const inputs: Record<string, string> = Object.fromEntries(texts);
  const env = Object.fromEntries(Object.entries(step.env ?? {}).map(([name, value]) => [name, filled(value, context)]));
  if (step.run !== undefined) {
    runScript(step.run, job, { ...options.env, ...env });
    return undefined;
  }
  const uses = step.uses ?? '';
  if (uses.startsWith('actions/checkout@')) {
    if (inputs['repository'] === undefined) cpSync(repository, job.workspace, { recursive: true });
    // Ours is the only other one that workflows check out, and this is it.
    else if (inputs['repository'] === 'Kernel-Guard/bpfcompat')
      symlinkSync(ROOT, join(job.workspace, inputs['path'] ?? ''));
    else throw new Error(`this runner cannot check out ${inputs['repository']}`);
  } else if (uses.startsWith('Kernel-Guard/bpfcompat/setup@')) return undefined;
  else if (uses.startsWith('actions/download-artifact@')) download(inputs, job.workspace, service);
  else if (uses === './' || uses.startsWith('Kernel-Guard/bpfcompat@')) {
    const { main, post } = await runAction({ job, service, inputs, env: { ...options.env, ...env } });
    return { main, post };
  } else {
    const action = Object.entries(options.actions ?? {}).find(([name]) => uses.startsWith(name))?.[1];
    if (!action) throw new Error(`this runner does not know ${uses}`);
    action(inputs);
  }
  return undefined;
}

async function runJob(name: string, text: JobText, context: Context, options: WorkflowOptions): Promise<JobEnd> {
  const job = makeJob();
  const steps: Record<string, { outputs: Readonly<Record<string, string>>; outcome: string }> = {};
  const ends: PhaseEnd[] = [];
  const posts: (() => Promise<PhaseEnd>)[] = [];
  let success = true;
  let log = '';
  for (const [index, step] of text.steps.entries()) {
    const known = { ...context, steps, runner: { temp: job.temp } };
    if (!holds(step.if, success, known)) continue;
    let good = true;
    let outputs: Readonly<Record<string, string>> = {};
    try {
      const end = await runStep(step, job, known, options);
      if (end) {
        ends.push(end.main);
        posts.unshift(end.post);
        good = end.main.exitCode === 0;
        ({ outputs } = end.main);
      }
    } catch (error) {
      if (step.run === undefined) throw error;
      log += String((error as { stderr?: unknown }).stderr ?? error);
      good = false;
    }
    steps[step.id ?? `step-${index}`] = { outputs, outcome: good ? 'success' : 'failure' };
    if (!good && !step['continue-on-error']) success = false;
  }
  for (const post of posts) await post();
  const outputs = Object.entries(text.outputs ?? {}).map(([key, value]) => [key, filled(value, { ...context, steps })]);
  return { name, success, outputs: Object.fromEntries(outputs), steps: ends, workspace: job.workspace, log };
}

/** Runs a workflow file of a user, job by job, each on a machine of its own. */
export async function runWorkflow(file: string, options: WorkflowOptions): Promise<JobEnd[]> {
  const { jobs } = parse(readFileSync(file, 'utf8')) as { jobs: Record<string, JobText> };
  const ended: JobEnd[] = [];
  const base = { github: { run_id: '4711' }, secrets: { GITHUB_TOKEN: 'secret' }, fromJSON: JSON.parse };
  for (const [name, text] of Object.entries(jobs)) {
    const needed = [text.needs ?? []].flat();
    const before = ended.filter((end) => needed.includes(end.name));
    const needs = Object.fromEntries(before.map((end) => [end.name, end]));
    if (
      !holds(
        text.if,
        before.every(({ success }) => success),
        { ...base, needs },
      )
    )
      continue;
    const matrix = text.strategy?.matrix;
    const rows = matrix
      ? (evaluate(matrix.replace(/^\$\{\{|\}\}$/g, ''), { ...base, needs }) as { include: Context[] }).include
      : [{}];
    for (const [index, row] of rows.entries()) {
      const context = { ...base, needs, matrix: row, strategy: { 'job-index': index } };
      ended.push(await runJob(name, text, context, options));
    }
  }
  return ended;
}

/** An empty repository; `write` is called with its directory. */
export function makeRepository(write: (dir: string) => void): string {
  const dir = scratchDir('bpfcompat-repository-');
  // The workflows build with it; the objects are there already.
  writeFileSync(join(dir, 'Makefile'), 'all:\n\t@true\n');
  write(dir);
  return dir;
}

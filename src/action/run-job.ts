import { spawn } from 'node:child_process';
import { statSync } from 'node:fs';
import { documentOfResult } from '../api/report-document.ts';
import { dispatch } from '../cli/run-command.ts';
import { inInputs } from '../config/action-words.ts';
import { HostError } from '../model/errors.ts';
import type { EventListener } from '../model/events.ts';
import type { CheckDocument } from '../report/document.ts';
import { endGroup, group, say } from './commands.ts';
import type { Job } from './job.ts';
import type { Env } from './runner.ts';
import { lineWriter } from './text.ts';

export interface Environment {
  readonly env: Env;
  readonly workspace: string;
  readonly signal: AbortSignal;
  readonly onEvent: EventListener;
}

const LOG_WIDTH = 120;

/** What a command ended with. */
interface JobEnd {
  readonly exitCode: number;
  /** What it wrote on stdout. */
  readonly printed: string;
  /** What it found; undefined of a plan, and of another program, whose report is a file. */
  readonly document: CheckDocument | undefined;
}

/** Runs the command of a job in this process; everything it prints is harmless, progress is folded away. */
async function runHere(job: Job, { env, workspace, signal, onEvent }: Environment): Promise<JobEnd> {
  let document: CheckDocument | undefined;
  const printed: string[] = [];
  const log = lineWriter((text) => void process.stdout.write(text));
  let folded = true;
  const unfold = (): void => {
    if (!folded) return;
    folded = false;
    log.end();
    endGroup();
  };
  const io = {
    out(text: string) {
      unfold();
      printed.push(text);
      log.write(text);
    },
    err: (text: string) => log.write(text),
    env,
    cwd: workspace,
    terminalSize: () => undefined,
    width: () => LOG_WIDTH,
    color: false,
    face: inInputs(job.command),
    terminalOut: false,
    onEvent,
    onResult(result: Parameters<typeof documentOfResult>[0]) {
      document = documentOfResult(result);
    },
  };
  group('Progress');
  try {
    const exitCode = await dispatch(job.parsed, io, signal);
    return { exitCode, printed: printed.join(''), document };
  } finally {
    unfold();
    log.end();
  }
}

/** What another program may know of this step: neither its inputs nor the tokens of its services. */
function withoutSecrets(env: Env): Record<string, string | undefined> {
  return Object.fromEntries(Object.entries(env).filter(([name]) => !/^(?:INPUT_|ACTIONS_|STATE_)/.test(name)));
}

/** Which file lies at a path; undefined without one. */
function stampOf(path: string): string | undefined {
  try {
    const { ino, mtimeMs, size } = statSync(path);
    return `${ino} ${mtimeMs} ${size}`;
  } catch {
    return undefined;
  }
}

/**
 * Runs the user's own program with the same words.
 * @throws HostError when it wrote no report: one of an earlier step is none of this run
 */
async function runBinary(job: Job, { env, workspace, signal }: Environment): Promise<JobEnd> {
  const before = stampOf(job.json);
  say(`running ${job.binary}`);
  const log = lineWriter((text) => void process.stdout.write(text));
  const printed: string[] = [];
  const child = spawn(job.binary, [...job.argv], {
    cwd: workspace,
    env: withoutSecrets(env),
    stdio: ['ignore', 'pipe', 'pipe'],
    signal,
  });
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    printed.push(text);
    log.write(text);
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => log.write(text));
  const exitCode = await new Promise<number>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => resolve(code ?? 1));
  });
  log.end();
  if (before !== undefined && stampOf(job.json) === before) {
    throw new HostError(
      'no_report',
      `${job.binary} ended with exit code ${exitCode} and wrote no report to ${job.json}; see its output above`,
    );
  }
  return { exitCode, printed: printed.join(''), document: undefined };
}

/** @throws what the library throws; HostError as `runBinary` */
export function runJob(job: Job, environment: Environment): Promise<JobEnd> {
  return job.binary === '' ? runHere(job, environment) : runBinary(job, environment);
}

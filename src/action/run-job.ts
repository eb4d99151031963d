import { spawn } from 'node:child_process';
import { statSync } from 'node:fs';
import { dispatch } from '../cli/run-command.ts';
import { inInputs } from '../config/action-words.ts';
import { HostError } from '../model/errors.ts';
import type { EventListener } from '../model/events.ts';
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

/** Runs the command of a job in this process; everything it prints is harmless, progress is folded away. @returns its exit code, and stdout */
async function runHere(job: Job, { env, workspace, signal, onEvent }: Environment) {
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
  };
  group('Progress');
  try {
    return { exitCode: await dispatch(job.parsed, io, signal), printed: printed.join('') };
  } finally {
    unfold();
    log.end();
  }
}

/** What another program may know of this step: neither its inputs nor the tokens of its services. */
function withoutSecrets(env: Env): Record<string, string | undefined> {
  return Object.fromEntries(Object.entries(env).filter(([name]) => !/^(?:INPUT_|ACTIONS_|STATE_)/.test(name)));
}

/** Runs the user's own program with the same words. */
async function runBinary(job: Job, { env, workspace, signal }: Environment) {
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
  return { exitCode, printed: printed.join('') };
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

/** @throws what the library throws; HostError when no report was written: one of an earlier step is none of this run */
export async function runJob(
  job: Job,
  environment: Environment,
): Promise<{ readonly exitCode: number; readonly printed: string }> {
  const before = stampOf(job.json);
  const end = await (job.binary === '' ? runHere(job, environment) : runBinary(job, environment));
  // The report of an earlier step must not pass for that of this one.
  if (before === undefined || stampOf(job.json) !== before) return end;
  throw new HostError(
    'no_report',
    `${job.binary || 'bpfcompat'} ended with exit code ${end.exitCode} and wrote no report to ${job.json}; see its output above`,
  );
}

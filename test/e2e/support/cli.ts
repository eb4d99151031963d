import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { CLI } from './places.ts';

export interface CliEnd {
  /** Exit code; null when a signal ended it. */
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
  readonly ms: number;
}

export interface CliOptions {
  readonly cwd: string;
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** The program is killed after this long, and the test fails with what it had said. */
  readonly limitMs?: number;
  /** Another program to run with these arguments, for what needs a terminal. */
  readonly command?: string;
}

export interface StartedCli {
  readonly child: ChildProcess;
  readonly stdout: () => string;
  readonly stderr: () => string;
  /** Resolves once standard error matches. @throws when the program ends first, or after `limitMs` */
  said(pattern: RegExp, limitMs: number): Promise<void>;
  readonly ended: Promise<CliEnd>;
}

const LIMIT_MS = 120_000;

/** Starts the built program. Variables of ours that change what it does are taken out of its environment. */
export function startCli(args: readonly string[], options: CliOptions): StartedCli {
  const started = performance.now();
  const { NO_COLOR: _, ...env } = Object.fromEntries(
    Object.entries(process.env).filter(([name]) => !/^BPFCOMPAT_.*MIRROR$/.test(name)),
  );
  const child = spawn(options.command ?? CLI, args, {
    cwd: options.cwd,
    env: { ...env, ...options.env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const closed = once(child, 'close') as Promise<[number | null, NodeJS.Signals | null]>;
  let stdout = '';
  let stderr = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    stdout += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
  });
  const limitMs = options.limitMs ?? LIMIT_MS;
  const ended = (async () => {
    let late = false;
    const timer = setTimeout(() => {
      late = true;
      child.kill('SIGKILL');
    }, limitMs);
    const [code, signal] = await closed;
    clearTimeout(timer);
    if (late) throw new Error(`bpfcompat ${args.join(' ')} did not end within ${limitMs} ms; it said:\n${stderr}`);
    return { code, signal, stdout, stderr, ms: performance.now() - started };
  })();
  ended.catch(() => {});

  async function said(pattern: RegExp, patience: number): Promise<void> {
    const until = performance.now() + patience;
    while (!pattern.test(stderr)) {
      if (child.exitCode !== null || child.signalCode !== null) throw new Error(`ended before ${pattern}:\n${stderr}`);
      if (performance.now() > until) throw new Error(`no ${pattern} within ${patience} ms:\n${stderr}`);
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
  }

  return { child, stdout: () => stdout, stderr: () => stderr, said, ended };
}

/** Runs the built program to its end. */
export function bpfcompat(args: readonly string[], options: CliOptions): Promise<CliEnd> {
  return startCli(args, options).ended;
}

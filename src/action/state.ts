import { appendFileSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as z from 'zod';
import { LOCAL_KERNEL_KEYS } from '../model/local-kernel.ts';
import type { Env } from './runner.ts';

const LocalKernel = z.strictObject({
  image: z.string(),
  ...Object.fromEntries(LOCAL_KERNEL_KEYS.map((key) => [key, z.string().optional()])),
});
const Settings = z.object({
  cwd: z.string(),
  allowProfileOverride: z.boolean(),
  lock: z.enum(['use', 'require', 'ignore']),
  localKernels: z.array(LocalKernel),
});

/** What main leaves for post: one JSON value. */
const State = z.object({
  /** Kernels to save: profile, and a suffix for the key where the entry under the plain key is broken. */
  kernels: z.array(z.object({ profile: z.string(), suffix: z.string() })).default([]),
  /** Directory of this step below the temporary directory of the job; empty: there is none. */
  scratch: z.string().default(''),
  /** What kernels stand for: said to the step, and to be the same after the job. */
  settings: Settings.optional(),
});
export type State = z.infer<typeof State>;

const NAME = 'bpfcompat';
const EMPTY_STATE: State = { kernels: [], scratch: '' };

/** Writes the state for post; the last one counts. */
export async function writeState(env: Env, state: State): Promise<void> {
  if ((env['GITHUB_STATE'] ?? '') === '') return;
  const { saveState } = await import('./clients.ts');
  saveState(NAME, state);
}

export function readState(env: Env): State {
  try {
    return State.parse(JSON.parse(env[`STATE_${NAME}`] ?? ''));
  } catch {
    return EMPTY_STATE;
  }
}

/** A process that was started: its number, and when the kernel started it, so that a reused number is not taken for it. */
export interface Started {
  readonly pid: number;
  readonly startTime: string;
}

/** When the kernel says a process was started; undefined when it is gone. */
function startTimeOf(pid: number): string | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The name in parentheses may hold anything, also blanks: field 22 is counted from behind it.
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19];
  } catch {
    return undefined;
  }
}

const PIDS = 'pids';

/** Notes a process group at once, before anything can go wrong with us. */
export function notePid(scratch: string, pid: number): void {
  appendFileSync(join(scratch, PIDS), `${pid} ${startTimeOf(pid) ?? ''}\n`);
}

/** Process groups that were noted and live still. */
export function leftovers(scratch: string): Started[] {
  let text: string;
  try {
    text = readFileSync(join(scratch, PIDS), 'utf8');
  } catch {
    return [];
  }
  return text.split('\n').flatMap((line) => {
    const [pid = '', startTime = ''] = line.split(' ');
    const number = Number(pid);
    if (!Number.isSafeInteger(number) || number < 2 || startTime === '') return [];
    return startTimeOf(number) === startTime ? [{ pid: number, startTime }] : [];
  });
}

import { resolve } from 'node:path';
import type { Host } from '../host/host.ts';
import { UsageError, wordingOf } from '../model/errors.ts';
import { phrase, type Wording } from '../model/wording.ts';
import { FORMAT_BEGINNINGS } from '../report/formats.ts';
import { confineFlag, flagRoot, realPlaceOf } from './confine.ts';
import { isStream, STDOUT } from './write-reports.ts';

/** How documents of ours begin, or what is in them: a file that looks otherwise is somebody's own. */
const OURS = {
  report: /^\s*\{[\s\S]{0,4096}"schema_version"\s*:\s*"(?:v0\.1|bpfcompat_suite\.v0\.1)"/,
  markdown: /^# bpfcompat Compatibility (?:Report|Suite)\b/,
  comparison: /^\s*\{[\s\S]{0,4096}"schema_version"\s*:\s*"compat_diff(?:_collection)?\.v0\.1"/,
  'comparison in Markdown': /^# bpfcompat Compatibility Diff\b/,
  plan: /^\s*\{\s*"include"\s*:\s*\[\s*(?:\]|\{\s*"shard")/,
  ...FORMAT_BEGINNINGS,
} as const;
export type ReportKind = keyof typeof OURS;

/** A file that a run writes. */
export interface Output {
  /** Absolute; empty: not wanted. */
  readonly path: string;
  /** How messages name it: a flag, or a place in a suite. */
  readonly said: Wording;
  /** Absent: its name is ours and no one chose it. */
  readonly kind?: ReportKind;
  /** What names it: a flag, or a file, which was confined as it was read. */
  readonly by: 'flag' | 'file';
}

/** A file that a run reads. */
export interface Input {
  readonly path: string;
  readonly said: Wording;
  /**
   * An older report: `movable` may be replaced by the new one; `decides` may not, since a run that fails would be held
   * against itself the next time.
   */
  readonly baseline?: 'movable' | 'decides';
  /** What names it: a flag, or a file, which was confined as it was read. */
  readonly by: 'flag' | 'file';
}

/** An older report. @param decides failures that it does not have decide about the run */
export function baselineInput(named: Omit<Input, 'baseline'>, decides: boolean): Input {
  return { ...named, baseline: decides ? 'decides' : 'movable' };
}

const MAX_BYTES = 128 * 1024 * 1024;

/** Where a report goes: empty for nowhere, standard output for `-`. */
export function placeOf(cwd: string, said: string | undefined): string {
  if (!said) return '';
  return said === '-' ? STDOUT : resolve(cwd, said);
}

/** Is a file a report of ours? @param kind of that kind; absent: of any */
export async function isReport(host: Host, path: string, kind: ReportKind | undefined): Promise<boolean> {
  const text = await host.files.read(path, MAX_BYTES).catch(() => undefined);
  const patterns = kind === undefined ? Object.values(OURS) : [OURS[kind]];
  const words = text?.toString('utf8');
  return words !== undefined && patterns.some((pattern) => pattern.test(words));
}

/** Is there nothing yet, or only what an earlier run wrote of the same kind? */
async function isReplaceable(host: Host, path: string, kind: ReportKind): Promise<boolean> {
  const stat = await host.files.stat(path);
  if (!stat?.isFile || stat.size === 0) return true;
  return isReport(host, path, kind);
}

/** @throws UsageError for a named pipe that is not a standard output */
async function rejectPipe(host: Host, said: Wording, path: string): Promise<void> {
  if (path === STDOUT) return;
  try {
    await host.files.rejectPipe(path);
  } catch (error) {
    reject('named_pipe', phrase`${said}: ${wordingOf(error)}`);
  }
}

function reject(code: string, message: Wording): never {
  throw new UsageError(code, message);
}

/**
 * Settles before anything runs that no report is written over a file that the run reads, over another report, or over a
 * file that is not a report of ours. All places are compared by where they lead, however they are spelled; no link of the
 * repository takes one out of it.
 * @throws UsageError that names both
 */
export async function claimPaths(
  host: Host,
  cwd: string,
  outputs: readonly Output[],
  inputs: readonly Input[],
): Promise<void> {
  const root = await flagRoot(host, cwd);
  for (const { path, said, by } of [...inputs, ...outputs]) {
    if (by === 'flag' && path !== '') await confineFlag(host, root, said, path);
  }
  const reads = new Map<string, Input>();
  for (const input of inputs) {
    if (input.path === '') continue;
    const real = await realPlaceOf(host, input.path).catch(() => input.path);
    const other = reads.get(real);
    if (other === undefined || other.baseline === 'movable') reads.set(real, input);
  }
  const writes = new Map<string, Output>();
  for (const output of outputs) {
    const { path, said, kind } = output;
    if (path === '' || path === host.env['GITHUB_STEP_SUMMARY']) continue;
    await rejectPipe(host, said, path);
    const streams = await isStream(host, path).catch(() => false);
    if (streams && path !== STDOUT) continue;
    const real = streams ? path : await realPlaceOf(host, path).catch(() => path);
    const other = writes.get(real);
    if (other) reject('flag_conflict', phrase`${said}: ${other.said} goes to the same file ${path}; choose another`);
    writes.set(real, output);
    const read = reads.get(real);
    if (read?.baseline === 'decides' && kind === 'report') {
      const remedy = 'write it to another place, and move it there when the run has passed';
      reject(
        'report_over_baseline',
        phrase`${said}: ${path} is the baseline that decides (${read.said}, fail_on: regression), and a run that fails would be compared with itself the next time; ${remedy}`,
      );
    }
    if (read && !(read.baseline === 'movable' && kind === 'report')) {
      reject(
        'report_over_input',
        phrase`${said}: ${path} is what ${read.said} names and would be replaced; choose another`,
      );
    }
    if (streams || kind === undefined || (await isReplaceable(host, real, kind))) continue;
    const words = kind === 'report' || kind === 'markdown' ? 'report' : kind;
    const remedy = 'choose another place, or remove that file first';
    reject('report_over_file', phrase`${said}: ${path} is there already and is not a ${words} of bpfcompat; ${remedy}`);
  }
}

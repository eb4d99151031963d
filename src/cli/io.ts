import type { SuiteResult, ValidateResult } from '../index.ts';
import type { EventListener } from '../model/events.ts';
import { REPORT_FLAGS } from '../model/formats.ts';
import { type Face, inFlags } from '../model/wording.ts';
import type { Output } from './broken-output.ts';

/** Where a command writes and what it may know of its environment. */
export interface Io {
  out(text: string): void;
  err(text: string): void;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cwd: string;
  /** Size of the terminal that stderr goes to; undefined when it is not a terminal that can redraw. */
  readonly terminalSize: () => { readonly columns: number; readonly rows: number } | undefined;
  /** Columns to lay out stdout for. */
  readonly width: () => number;
  readonly color: boolean;
  /** A person looks at stdout and it can be redrawn. */
  readonly terminalOut: boolean;
  /** How texts that name options are spelled. */
  readonly face: Face;
  /** Hears every event of a run besides what is printed. */
  readonly onEvent?: EventListener;
  /** Gets what `test`, `suite` and `merge` end with, after its reports were written. */
  readonly onResult?: (result: ValidateResult | SuiteResult) => void;
}

/** Commands that print their report with `--json`, besides what they write. */
const PRINTING: readonly string[] = ['check', 'test', 'test-command'];

/** Where a report goes to standard output (`--out -`, `--json`), everything for people goes to the other one. */
export function besideReports(
  io: Io,
  { command, options }: { readonly command: string; readonly options: object },
): Io {
  const values: Partial<Record<(typeof REPORT_FLAGS)[number] | 'json', unknown>> = options;
  const printed = PRINTING.includes(command) && values.json === true;
  return printed || REPORT_FLAGS.some((flag) => values[flag] === '-') ? { ...io, out: io.err, terminalOut: false } : io;
}

/** The real terminal. Colour only where a terminal reads stdout and NO_COLOR is not set (https://no-color.org). */
export function createIo(stdout: Output, stderr: Output): Io {
  return {
    out: stdout.write,
    err: stderr.write,
    env: process.env,
    cwd: process.cwd(),
    terminalSize: () =>
      process.stderr.isTTY && process.env['TERM'] !== 'dumb'
        ? { columns: process.stderr.columns || 80, rows: process.stderr.rows || 24 }
        : undefined,
    width: () => (process.stdout.isTTY ? process.stdout.columns || 80 : 100),
    face: inFlags,
    terminalOut: Boolean(process.stdout.isTTY) && process.env['TERM'] !== 'dumb',
    color: Boolean(process.stdout.isTTY) && !process.env['NO_COLOR'] && process.env['TERM'] !== 'dumb',
  };
}

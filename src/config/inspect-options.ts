import { UsageError } from '../model/errors.ts';
import type { ValuesOf } from './options.ts';
import { quoted } from './words.ts';

export type ExplainOptions = ValuesOf<'explain'> & {
  /** Path as typed. */
  readonly report: string;
};

/** @throws UsageError for no report, and for more than one */
export function checkExplainOptions(values: ValuesOf<'explain'>, words: readonly string[]): ExplainOptions {
  const [report, second] = words;
  if (report === undefined) {
    throw new UsageError('missing_argument', "'explain' needs a report; write bpfcompat explain report.json");
  }
  if (second !== undefined) {
    throw new UsageError('unexpected_argument', `unexpected argument ${quoted(second)}; 'explain' takes one report`);
  }
  return { ...values, report };
}

export type InspectArguments = ValuesOf<'inspect'> & {
  /** Paths and patterns as typed; at least one. */
  readonly files: readonly string[];
};

/** @throws UsageError without a file */
export function checkInspectOptions(values: ValuesOf<'inspect'>, files: readonly string[]): InspectArguments {
  if (files.length > 0) return { ...values, files };
  throw new UsageError('missing_argument', "'inspect' needs an object; write bpfcompat inspect my.bpf.o");
}

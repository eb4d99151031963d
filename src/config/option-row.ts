import type { CommandName } from './commands.ts';

type OptionType = 'text' | 'boolean' | 'integer' | 'duration' | 'list' | 'repeated';

/** One flag. The table in options.ts is the only place where a flag exists: parser, help and documentation come from it. */
export interface OptionRow {
  readonly name: string;
  /** `list` = separated by commas, `repeated` = one value per use; both give an array. */
  readonly type: OptionType;
  /** As it would be typed; empty = none (false for booleans). */
  readonly default: string;
  /** Stands for the value in the help. */
  readonly placeholder?: string;
  /** All that a text may be, for shells to offer; absent: anything. */
  readonly words?: readonly string[];
  readonly description: string;
  /** Environment variable that, when it is not empty, switches a boolean on; one that is on by default, a clear no off. */
  readonly env?: string;
  readonly commands: readonly CommandName[];
  readonly hidden?: boolean;
  /** Bounds of integers, and of durations in milliseconds. */
  readonly min?: number;
  readonly max?: number;
}

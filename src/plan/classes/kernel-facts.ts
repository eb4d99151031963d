import type { NeededName } from '../../model/kernel-modules.ts';
import type { Btf } from '../../object/btf.ts';

/** What is known of a kernel without booting it. Undefined: not known, which is not the same as nothing. */
export interface KernelFacts {
  /** As `uname -r` prints it. */
  readonly release: string;
  readonly btf: Btf | undefined;
  /** Names of /proc/kallsyms, each with the letter of its type in front. */
  readonly symbols: readonly string[] | undefined;
  /** Text of its configuration. */
  readonly config: string | undefined;
  /** Modules that have this name; undefined where nothing is known of the modules. */
  readonly modules: ((needed: NeededName) => readonly string[]) | undefined;
}

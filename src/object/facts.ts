import type { Btf } from './btf.ts';
import type { LineTable } from './btf-ext.ts';
import type { CoreAccess } from './core.ts';
import type { Extern } from './externs.ts';
import type { ObjectFunction } from './functions.ts';
import type { ObjectProblem } from './header.ts';
import type { License } from './license.ts';
import type { MapFacts } from './map-facts.ts';
import type { WrongFormat } from './print-formats.ts';
import type { ProgramFacts } from './programs.ts';

/** Everything an object says about itself, read without loading it. */
export interface ObjectFacts {
  readonly ok: true;
  readonly license: License;
  /** In libbpf's order: by section, then by offset. */
  readonly programs: readonly ProgramFacts[];
  readonly maps: readonly MapFacts[];
  readonly externs: readonly Extern[];
  readonly core: readonly CoreAccess[];
  /** Names of `const volatile` variables, which a loader may set. */
  readonly settings: readonly string[];
  /** Names of struct_ops programs that a map refers to. */
  readonly structOpsPrograms: ReadonlySet<string>;
  /** Variables without a section, which libbpf cannot place. */
  readonly commonVariables: readonly string[];
  /** Maps of an object without types, in which their definitions would stand. */
  readonly untypedMaps: readonly string[];
  /** Functions of all sections, programs and subprograms alike. */
  readonly functions: readonly ObjectFunction[];
  /** Calls that print nothing, whatever the kernel. */
  readonly wrongFormats: readonly WrongFormat[];
  readonly btf: Btf | undefined;
  /** Line records by the name of the section as it stands in the file; empty without line information. */
  readonly lines: ReadonlyMap<string, LineTable>;
  /** What is damaged or was left out. */
  readonly problems: readonly string[];
}

/** A file that is not an eBPF object. */
export interface Unreadable {
  readonly ok: false;
  readonly problem: ObjectProblem;
}

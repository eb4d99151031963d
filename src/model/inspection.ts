import type { AlteringProgram } from './altering.ts';

/**
 * What `inspect` says about one object, as it stands in its JSON (docs/inspect.md). Keys are written as in the reports.
 * Everything in it comes from the object and is as hostile as that.
 */
export interface Inspection {
  readonly path: string;
  /** Absolute path of the file that the object was taken out of, or reference of the image; absent for a file of its own. */
  readonly source?: string;
  readonly source_digest?: string;
  /** What names the object in it. */
  readonly inside?: string;
  readonly size_bytes: number;
  readonly sha256: string;
  /** Null when the object has no `license` section. */
  readonly license: string | null;
  readonly gpl_compatible: boolean;
  /** Instruction set that its code needs at least: 1 to 4. */
  readonly isa: number;
  readonly has_btf: boolean;
  readonly has_lines: boolean;
  readonly floor: InspectedFloors;
  readonly programs: readonly InspectedProgram[];
  readonly maps: readonly InspectedMap[];
  readonly helpers: readonly InspectedHelper[];
  readonly externs: readonly InspectedExtern[];
  readonly core: readonly InspectedAccess[];
  /** Programs that can alter what is observed while they are attached, with what they use for it. */
  readonly altering_programs: readonly AlteringProgram[];
  readonly loader: readonly { readonly reason: string; readonly subject: string; readonly words: string }[];
  /** Damage, and what was left out. */
  readonly problems: readonly string[];
}

/** First upstream kernels; null where every kernel with BPF will do. */
export interface InspectedFloors {
  /** Older kernels reject it. */
  readonly load: InspectedFloor | null;
  /** With everything that guards in the code could avoid. */
  readonly unless_guarded: InspectedFloor | null;
  /** Older kernels load it and cannot attach it. */
  readonly attach: InspectedFloor | null;
}

/** The first upstream kernel that will do, and what in the object needs it. */
export interface InspectedFloor {
  /** `5.8`; empty when no known kernel will do. */
  readonly kernel: string;
  /** What needs it: `map type ringbuf`. */
  readonly why: string;
  readonly subject_kind: 'program' | 'map';
  readonly subject: string;
  /** Source line of the first instruction that needs it; empty and 0 when it is not about one, or not known. */
  readonly file: string;
  readonly line: number;
}

/** A program of the object. */
export interface InspectedProgram {
  readonly name: string;
  readonly section: string;
  /** libbpf's words; empty when not known. */
  readonly type: string;
  readonly attach_type: string;
  readonly target: string;
  readonly autoload: boolean;
  /** libbpf knows its section; otherwise `type` is what other loaders take it for. */
  readonly known_section: boolean;
  readonly sleepable: boolean;
  /** Instruction slots of the program, and with its subprograms. */
  readonly insns: number;
  readonly total_insns: number;
  readonly subprograms: readonly string[];
  readonly maps: readonly string[];
  /** Its code checks what the kernel has before it uses it, or its loader can switch code off. */
  readonly guarded: boolean;
  readonly floor: InspectedFloors;
}

/** A map of the object. */
export interface InspectedMap {
  readonly name: string;
  readonly type: string;
  /** `btf`, `legacy` (only other loaders read it), `data` (global variables) or `struct_ops`. */
  readonly origin: string;
  /** Bytes. */
  readonly key_size: number;
  readonly value_size: number;
  readonly max_entries: number;
  readonly flags: readonly string[];
  readonly key_type: string;
  readonly value_type: string;
  readonly pinning: string;
  readonly inner: InspectedMap | null;
}

/** A helper that programs of the object call. */
export interface InspectedHelper {
  readonly id: number;
  /** `helper 250` when it is not known. */
  readonly name: string;
  /** First upstream kernel; empty when not known. */
  readonly since: string;
  readonly programs: readonly string[];
}

/** A symbol that the kernel has to bring. */
export interface InspectedExtern {
  readonly name: string;
  /** `kfunc`, `ksym`, `kconfig` or `unknown`. */
  readonly kind: string;
  readonly weak: boolean;
  readonly type: string;
  readonly programs: readonly string[];
}

/** A CO-RE relocation: what the object reads of the kernel's types. */
export interface InspectedAccess {
  /** libbpf's word: `byte_off`, `field_exists`, ... */
  readonly kind: string;
  readonly access: string;
  /** Checks only whether something exists. */
  readonly only_asks: boolean;
  /** How often it occurs. */
  readonly count: number;
  /** Source line of the first. */
  readonly file: string;
  readonly line: number;
}

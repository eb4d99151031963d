import type { Btf } from './btf.ts';
import type { CoreRecord } from './btf-ext.ts';
import { accessWords, coreKind, onlyQueries } from './core-access.ts';
import type { Elf } from './elf.ts';
import { type FunctionTable, INSN_BYTES } from './functions.ts';

/** CO-RE accesses beyond this are not read. */
const MAX_ACCESSES = 100_000;

/** A place of the object that needs the kernel's BTF. */
export interface CoreAccess {
  /** Position of its function in the list of functions. */
  readonly fn: number;
  /** Instruction slot from the start of the function. */
  readonly insn: number;
  /** libbpf's word: `byte_off`, `field_exists`, `type_size`, `enumval_value`, ... */
  readonly kind: string;
  /** `struct task_struct.mm`, `enum bpf_cmd::BPF_PROG_LOAD`. */
  readonly access: string;
  /** Checks only whether something exists, or is resolved by the object itself: cannot fail. */
  readonly onlyQueries: boolean;
}

/** All CO-RE accesses in the order of the sections. */
export function readCore(
  elf: Elf,
  btf: Btf,
  records: ReadonlyMap<string, readonly CoreRecord[]>,
  functions: FunctionTable,
): CoreAccess[] {
  const words = new Map<string, string>();
  const found: CoreAccess[] = [];
  // Of two sections with one name the first counts.
  const indexes = new Map(elf.sections.toReversed().map(({ name, index }) => [name, index]));
  for (const [name, list] of records) {
    const section = indexes.get(name);
    if (section === undefined) continue;
    for (const { offset, type, access, kind } of list) {
      const fn = functions.at(section, Math.floor(offset / INSN_BYTES));
      if (!fn || found.length >= MAX_ACCESSES) continue;
      const key = `${type} ${kind} ${access}`;
      const known = words.get(key) ?? accessWords(btf, type, access, kind);
      words.set(key, known);
      found.push({
        fn: fn.index,
        insn: Math.floor((offset - fn.offset) / INSN_BYTES),
        kind: coreKind(kind),
        access: known,
        onlyQueries: onlyQueries(coreKind(kind)),
      });
    }
  }
  return found;
}

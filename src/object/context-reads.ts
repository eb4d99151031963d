import { oncePer } from '../model/once-per.ts';
import type { Btf, BtfType } from './btf.ts';
import { memberAt, plain, sizeOf } from './btf-types.ts';
import type { ObjectFacts } from './facts.ts';
import { type Insn, isWideLoad } from './opcodes.ts';
import type { ProgramFacts } from './programs.ts';
import { followPointers } from './registers.ts';
import { viewOf } from './strings.ts';

const LDX = 1;
const ARITHMETIC_64 = 7;
/** No context has nearly as many; each is compared with each read. */
const MAX_FIELDS = 1024;

/** A field of a program's context that it reads at the place where the object's own structure has it. */
export interface FieldRead {
  readonly field: string;
  /** Bytes from the start of the context. */
  readonly offset: number;
  /** `struct rq_issue`. */
  readonly type: string;
  /** The first instruction slot that reads it, from the start of the program. */
  readonly insn: number;
}

/**
 * The fields that a program reads through a structure of its own for its context, by the offsets that were compiled in. None
 * where CO-RE adjusts the offsets, and where the context is a plain pointer.
 */
export function contextFields(facts: ObjectFacts, program: ProgramFacts): FieldRead[] {
  const fn = facts.functions[program.layout.parts[0]?.fn ?? -1];
  const context = contextStructure(facts, program);
  if (!fn || !context) return [];
  const adjusted = new Set(facts.core.filter((access) => access.fn === fn.index).map(({ insn }) => insn));
  const { fields, type } = context;
  const found = new Map<string, FieldRead>();
  followPointers(
    viewOf(fn.code),
    fn.insns,
    1,
    () => undefined,
    (index, insn, pointers) => {
      const place = adjusted.has(index) ? undefined : readAt(insn, pointers);
      const field = place === undefined ? undefined : fields.find(({ at, size }) => at <= place && place < at + size);
      if (!field?.name || found.has(field.name)) return;
      found.set(field.name, { field: field.name, offset: field.at, type, insn: index });
    },
  );
  return [...found.values()];
}

/** What a program takes its context for. */
export interface ContextStructure {
  /** `struct xdp_md`. */
  readonly type: string;
  /** Its members; `at` and `size` in bytes. */
  readonly fields: readonly { readonly name: string; readonly at: number; readonly size: number }[];
}

/** The structure that the object's BTF has for a program's context; undefined where it is a plain pointer. */
export function contextStructure({ btf, functions }: ObjectFacts, program: ProgramFacts): ContextStructure | undefined {
  const fn = functions[program.layout.parts[0]?.fn ?? -1];
  const type = btf && fn && contextType(btf, fn.name);
  if (!btf || !type) return undefined;
  const fields = Array.from({ length: Math.min(type.count, MAX_FIELDS) }, (_, index) => {
    const { name, bit, type: id } = memberAt(btf, type, index);
    return { name, at: bit / 8, size: sizeOf(btf, id) ?? 0 };
  });
  return { type: `struct ${type.name}`, fields };
}

/** The byte of the context that an instruction reads, or takes the address of. */
function readAt(
  { code, destination, source, offset, immediate }: Insn,
  pointers: (register: number) => number | undefined,
): number | undefined {
  if ((code & 7) === LDX && !isWideLoad(code)) {
    const base = pointers(source);
    return base === undefined ? undefined : base + offset;
  }
  // r2 += 32: a place that is handed to a helper.
  if ((code & 7) !== ARITHMETIC_64 || (code & 0xf8) !== 0) return undefined;
  const base = pointers(destination);
  return base === undefined ? undefined : base + immediate;
}

/** Ids of the functions in BTF, by name. */
const functionIds = oncePer((btf: Btf) => {
  const ids = new Map<string, number>();
  for (let id = 1; id <= btf.count; id++) {
    if (btf.kind(id) === 'func') ids.set(btf.type(id).name, id);
  }
  return ids;
});

/** What the first argument of a function points to, where it is a structure. */
function contextType(btf: Btf, name: string): BtfType | undefined {
  const prototype = btf.type(btf.type(functionIds(btf).get(name) ?? 0).ref);
  if (prototype.kind !== 'func_proto' || prototype.count === 0) return undefined;
  const pointer = plain(btf, btf.types.getUint32(prototype.at + 4, true));
  const type = pointer.kind === 'ptr' ? plain(btf, pointer.ref) : undefined;
  return type?.kind === 'struct' ? type : undefined;
}

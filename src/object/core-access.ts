import type { Btf, BtfType } from './btf.ts';
import { arrayOf, enumNameAt, memberAt, plain } from './btf-types.ts';

/** Kinds of CO-RE relocations in the order of their numbers, with libbpf's words. */
const KINDS = [
  'byte_off',
  'byte_sz',
  'field_exists',
  'signed',
  'lshift_u64',
  'rshift_u64',
  'local_type_id',
  'target_type_id',
  'type_exists',
  'type_size',
  'enumval_exists',
  'enumval_value',
  'type_matches',
] as const;

const FIELD_KINDS = 6;
/** Longest text of an access. */
const MAX_WORDS = 256;

/** libbpf's word for the kind of a CO-RE relocation. */
export function coreKind(kind: number): string {
  return KINDS[kind] ?? 'unknown';
}

/** Whether a relocation only checks for existence, so that its absence fails nothing. */
export function onlyQueries(kind: string): boolean {
  return kind.endsWith('_exists') || kind === 'type_matches' || kind === 'local_type_id';
}

/**
 * An access as libbpf writes it: `struct task_struct.mm.exe_file`, `enum bpf_cmd::BPF_PROG_LOAD`, `struct sk_buff[2].len`.
 * Stops where the object's BTF does not say more.
 */
export function accessWords(btf: Btf, root: number, access: string, kind: number): string {
  const type = btf.type(root);
  const head = `${type.kind} ${type.name || '<anon>'}`;
  const name = coreKind(kind);
  const indexes = access.split(':', 64).map(Number);
  if (name.startsWith('enumval')) {
    return `${head}::${enumNameAt(btf, plain(btf, root), indexes[0] ?? 0)}`.slice(0, MAX_WORDS);
  }
  if (kind >= FIELD_KINDS) return head.slice(0, MAX_WORDS);
  return (head + fieldWords(btf, plain(btf, root), indexes)).slice(0, MAX_WORDS);
}

/** The first index counts whole structures, every other one steps into a member or an element. */
function fieldWords(btf: Btf, root: BtfType, [first = 0, ...rest]: readonly number[]): string {
  let type = root;
  let words = first > 0 ? `[${first}]` : '';
  for (const index of rest) {
    if ((type.kind === 'struct' || type.kind === 'union') && index < type.count) {
      const member = memberAt(btf, type, index);
      // Members of anonymous structures belong to the one around them.
      if (member.name !== '') words += `.${member.name}`;
      type = plain(btf, member.type);
    } else if (type.kind === 'array') {
      words += `[${index}]`;
      type = plain(btf, arrayOf(btf, type).element);
    } else break;
  }
  return words;
}

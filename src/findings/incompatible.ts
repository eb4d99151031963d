import { editDistance } from '../model/edit-distance.ts';
import { externTodo } from './c-library.ts';

/** Why libbpf does not open an object, and what to do; keys are reasons. */
export const INCOMPATIBLE = {
  kernel_name: {
    what: 'has a name that no kernel accepts',
    todo: 'Give it a name of letters, digits and "_" (asm labels and mangled names may have others).',
  },
  usdt_maps: {
    what: 'has a USDT program and lacks the maps that libbpf attaches it with',
    todo: 'Include bpf/usdt.bpf.h in its source: the header brings the maps (__bpf_usdt_specs and __bpf_usdt_ip_to_spec_id), and bpf_usdt_arg for the arguments.',
  },
  static_program: {
    what: 'has a static function in a section of its own, where libbpf expects programs',
    todo: 'Where the kernel is to run it, remove "static". Where only programs call it, leave it out of sections: no SEC() at it, and no -ffunction-sections.',
  },
  function_section: {
    what: 'calls a function that stands in a section of its own',
    todo: 'Leave functions that programs call out of sections: no SEC() and no section attribute at them, and no -ffunction-sections. libbpf places what is in .text, and takes other sections with code for programs.',
  },
  map_attr: {
    what: 'uses a map attribute that only its own loader knows',
    todo: 'Drop the attribute, or set the map up in the manifest (maps).',
  },
  map_field: {
    what: 'gives a map a field that libbpf does not know',
    todo: 'Drop the field: its own loader may know it, and libbpf then makes the map without what it stands for.',
  },
  map_type: {
    what: 'has a map without a type',
    todo: 'Give it one, as in __uint(type, BPF_MAP_TYPE_HASH): libbpf reads the field called type, whatever a binding of another language calls it.',
  },
  map_number: {
    what: 'gives a map a number as a plain member',
    todo: 'Write it with the macro of bpf_helpers.h, as in __uint(max_entries, 16): libbpf reads the definition from the types, where a value does not stand.',
  },
  map_static: {
    what: 'keeps a map from libbpf: static, or with hidden visibility',
    todo: 'Remove "static", __hidden or visibility("hidden") from the definition of the map, or -fvisibility=hidden from the options of the compiler: libbpf takes global maps only (a name that two files share can be kept apart by a prefix).',
  },
  map_plain_type: {
    what: 'gives the key or the value of a map as a plain member',
    todo: 'Write __type(key, ...) and __type(value, ...) with the type, or __uint(key_size, ...) and __uint(value_size, ...) with the number of bytes: libbpf reads the type that such a member points to.',
  },
  map_values: {
    what: 'says what a map holds (values) in a form that libbpf does not read',
    todo: 'Only maps of maps and program arrays have values: write __array(values, struct INNER), or __array(values, int (void *)) for programs, as the last line of the definition. The inner map is a structure like that of another map, holds no maps itself and is not pinned.',
  },
  arena_missing: {
    what: 'has global variables in an arena and no arena map',
    todo: 'Declare the map in the same object: __uint(type, BPF_MAP_TYPE_ARENA), __uint(map_flags, BPF_F_MMAPABLE) and __uint(max_entries, PAGES), in SEC(".maps"). Where a library brings the variables, link the file that has its arena (bpftool gen object).',
  },
  arena_second: {
    what: 'has more than one arena map, where libbpf takes one',
    todo: 'Keep one arena for all programs of the object and raise its max_entries (pages); where a library brings one, use that.',
  },
  arena_small: {
    what: 'has more global variables in its arena than the arena has bytes',
    todo: 'Raise max_entries of the arena map: it counts pages, and the variables need whole ones.',
  },
  type_size: {
    what: 'gives a map a key or value type that has no size',
    todo: 'Define the structure where the map is defined (a declaration alone has no size), or give the size: __uint(key_size, sizeof(...)), __uint(value_size, sizeof(...)).',
  },
  two_sizes: {
    what: 'gives a map two sizes for its key or value that differ',
    todo: 'Keep one of them: __type(key, ...) or __uint(key_size, ...), and the same for the value.',
  },
  relocation: {
    what: 'refers to data that libbpf cannot place',
    todo: 'Initialize global variables, compile with -fno-common and keep strings out of merged sections.',
  },
  struct_ops_program: {
    what: 'puts a function into a structure of struct_ops that is not the program for that member',
    todo: 'Give each member that calls into BPF a program of its own, with SEC("struct_ops/MEMBER") (SEC("struct_ops.s/MEMBER") where it may sleep): one program cannot stand for two members, and programs of other types for none.',
  },
  struct_ops_pointer: {
    what: 'sets a pointer in a structure of struct_ops that is not one to a function',
    todo: 'Leave that member out: libbpf fills in programs and plain values, and places no other pointers. What the programs share goes into a map or a global variable.',
  },
  exception_callback: {
    what: 'names a callback for exceptions that libbpf cannot use',
    todo: 'Define one global function of that name in the same object (not static, not hidden), which takes a __u64 and returns an int, and put __exception_cb(NAME) at the program itself.',
  },
  no_function_info: {
    what: 'has a function without type information beside functions that have it',
    todo: 'Compile every part that is linked in with -g; a function written in assembly gets none: write it as a C function with inline assembly in it.',
  },
  unlinked_call: {
    what: 'calls a function that was never linked in',
    todo: 'Link the parts with bpftool gen object, or mark kernel functions with __ksym. There is no C library in BPF: write bpf_ntohl for ntohl, __builtin_memcpy for memcpy, bpf_printk for printf.',
  },
  extern: {
    what: 'is not fully linked',
    todo: 'Link the parts with bpftool gen object, or mark kernel symbols with __ksym. There is no C library in BPF: write bpf_ntohl for ntohl, __builtin_memcpy for memcpy, bpf_printk for printf.',
  },
};

/** The fields of a map's definition (libbpf, parse_btf_map_def). */
const FIELDS = [
  ...(['type', 'max_entries', 'map_flags', 'numa_node', 'key_size', 'key', 'value_size', 'value', 'values'] as const),
  ...(['pinning', 'map_extra'] as const),
];
/** Names are slips of a field up to this many edits; it is a third of the longest one. */
const MAX_EDITS = 3;

/** What to do about a field that libbpf does not know: the one that was meant, where one is near. */
function fieldTodo(field: string | undefined, otherwise: string): string {
  if (field === undefined || field.length < 5 || field.length > 40) return otherwise;
  const similar = FIELDS.map((name) => ({ name, edits: editDistance(field, name) }))
    .filter(({ edits }) => edits <= MAX_EDITS)
    .sort((one, other) => one.edits - other.edits)[0];
  return similar === undefined
    ? otherwise
    : `Did you mean ${similar.name}? If not: ${otherwise.charAt(0).toLowerCase()}${otherwise.slice(1)}`;
}

/** What to do about an object that libbpf does not open, by the name that is in the way. */
export function incompatibleTodo(
  args: {
    readonly reason?: string | undefined;
    readonly field?: string | undefined;
    readonly symbol?: string | undefined;
  },
  todo: string,
): string {
  if (args.reason === 'map_field') return fieldTodo(args.field, todo);
  return args.reason === 'extern' ? externTodo(args.symbol, todo) : todo;
}

import { sectionKind } from './sections.ts';
import { HELPERS } from './tables/helpers.ts';
import { MAP_FLAGS, MAP_TYPES, VALUE_FIELDS } from './tables/map-types.ts';
import { ATTACH_TYPES, ITERATORS, PROGRAM_TYPES, STRUCT_OPS } from './tables/program-types.ts';

/**
 * First upstream kernels, from the tables. All maps and no plain objects: keys come from objects and guests, and an object
 * results to `constructor`.
 */
function rows(table: string): string[][] {
  return table
    .trim()
    .split('\n')
    .map((line) => line.split(' '));
}

function versions(table: string): ReadonlyMap<string, string> {
  return new Map(rows(table).map(([name = '', since = '']) => [name, since]));
}

const mapTypes = rows(MAP_TYPES).map(([id = '', name = '', since = '']) => ({ id: Number(id), name, since }));
const mapTypesByName = new Map(mapTypes.map((row) => [row.name, row]));
const mapTypesById = new Map(mapTypes.map((row) => [row.id, row]));
const programTypes = versions(PROGRAM_TYPES);
const iterators = versions(ITERATORS);
const structOps = versions(STRUCT_OPS);
const valueFields = versions(VALUE_FIELDS);
const attachTypes = new Map(
  rows(ATTACH_TYPES).map(([name = '', since = '', phase = '']) => [
    name,
    { since, phase: phase === 'load' ? ('load' as const) : ('attach' as const) },
  ]),
);
const mapFlags = rows(MAP_FLAGS).map(([bit = '', name = '', since = '']) => ({ bit: Number(bit), name, since }));

export interface HelperFacts {
  readonly id: number;
  /** With the `bpf_` prefix. */
  readonly name: string;
  /** `major.minor` of the first upstream kernel. */
  readonly since: string;
}

const helpers: readonly HelperFacts[] = rows(HELPERS).flatMap(([since = '', ...entries]) =>
  entries.map((entry) => {
    const [id = '', name = ''] = entry.split(':');
    return { id: Number(id), name: `bpf_${name}`, since };
  }),
);
const helpersById = new Map(helpers.map((row) => [row.id, row]));
const helpersByName = new Map(helpers.map((row) => [row.name, row]));

/** Looks a helper up by its number, or by name with or without `bpf_`. */
export function helper(idOrName: number | string): HelperFacts | undefined {
  if (typeof idOrName === 'number') return helpersById.get(idOrName);
  return helpersByName.get(idOrName.startsWith('bpf_') ? idOrName : `bpf_${idOrName}`);
}

/** `BPF_MAP_TYPE_RINGBUF` and `ringbuf` are the same word. */
export function plainType(type: string): string {
  return type.toLowerCase().replace(/^bpf_(?:map|prog)_type_/, '');
}

/** libbpf's word for a map type; `type 77` for one that is not known. */
export function mapTypeName(id: number): string {
  return mapTypesById.get(id)?.name ?? `type ${id}`;
}

/** First upstream kernel of a map type (`ringbuf`, `BPF_MAP_TYPE_RINGBUF`); undefined when the type is not known. */
export function mapTypeSince(type: string): string | undefined {
  return mapTypesByName.get(plainType(type))?.since;
}

/** First upstream kernel of a program type (`sched_cls`); undefined when the type is not known. */
export function programTypeSince(type: string): string | undefined {
  return programTypes.get(plainType(type));
}

/** First upstream kernel of an attach type, and whether older ones reject the program or only its attachment. */
export function attachTypeSince(
  type: string,
): { readonly since: string; readonly phase: 'load' | 'attach' } | undefined {
  return attachTypes.get(type);
}

/** First upstream kernel that has an iterator over `target`; undefined when it is not known. */
export function iteratorSince(target: string): string | undefined {
  return iterators.get(target);
}

/** First upstream kernel that takes struct_ops of this structure; undefined when it is not known. */
export function structOpsSince(struct: string): string | undefined {
  return structOps.get(struct);
}

/** First upstream kernel that manages this structure in a map value; undefined when it is plain data. */
export function valueFieldSince(struct: string): string | undefined {
  return valueFields.get(struct);
}

/** The flags of a map, each with its name and first upstream kernel; bits without a name are called `bit N`. */
export function mapFlagsOf(flags: number): { readonly name: string; readonly since: string }[] {
  return Array.from({ length: 32 }, (_, bit) => bit)
    .filter((bit) => ((flags >>> bit) & 1) === 1)
    .map((bit) => mapFlags.find((row) => row.bit === bit) ?? { name: `bit ${bit}`, since: '' });
}

/** Sections whose program type says less about their age than what they attach to. */
const KINDS: readonly (readonly [rows: RegExp, kind: string])[] = [
  [/^k(?:ret)?probe\.multi$/, 'kprobe.multi'],
  [/^kprobe\.session$/, 'kprobe.session'],
  [/^u(?:ret)?probe\.multi(?:\.s)?$/, 'uprobe.multi'],
  [/^uprobe\.session(?:\.s)?$/, 'uprobe.session'],
  [/^lsm_cgroup$/, 'lsm_cgroup'],
  [/^tcx?\/(?:in|e)gress$/, 'tcx'],
  [/^netkit\//, 'netkit'],
  [/^netfilter$/, 'netfilter'],
  [/^sk_lookup$/, 'sk_lookup'],
  [/^sk_reuseport\/migrate$/, 'sk_reuseport/migrate'],
  [/^cgroup\/\w+_unix$/, 'cgroup unix'],
  [/^cgroup\/get(?:peer|sock)name[46]$/, 'cgroup getname'],
  [/^cgroup\/sock_release$/, 'cgroup sock_release'],
  [/^iter(?:\.s)?$/, 'iter'],
  [/^fmod_ret(?:\.s)?$/, 'fmod_ret'],
  [/^fsession(?:\.s)?$/, 'fsession'],
  [/^xdp(?:\.frags)?\/devmap$/, 'xdp/devmap'],
  [/^xdp(?:\.frags)?\/cpumap$/, 'xdp/cpumap'],
];

/** What a section name requests beyond its program type, and since when; undefined for plain sections. */
export function attachKind(section: string): { readonly kind: string; readonly since: string } | undefined {
  const { name, attachType } = sectionKind(section);
  const kind = KINDS.find(([pattern]) => pattern.test(name))?.[1];
  const since = attachTypes.get(attachType)?.since;
  return kind === undefined || since === undefined ? undefined : { kind, since };
}

/** What a section attaches to: `vfs_read` of `kprobe/vfs_read`, `sched/sched_switch` of `tp/sched/sched_switch`. */
export function sectionTarget(section: string): string | undefined {
  const target = /^[^/]+\/(.+)$/.exec(section)?.[1];
  return target?.replace(/\+0x0$|\+0$/, '');
}

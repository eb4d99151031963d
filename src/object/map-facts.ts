/** A map as the object defines it. */
export interface MapFacts {
  readonly name: string;
  /** Number of its type; 0 when the object does not say. */
  readonly typeId: number;
  /** libbpf's word (`ringbuf`), or `type 77`. */
  readonly type: string;
  /** Bytes; 0 when they are not given. */
  readonly keySize: number;
  readonly valueSize: number;
  readonly maxEntries: number;
  readonly flags: number;
  /** In C's words; empty when only the size is given. */
  readonly keyType: string;
  readonly valueType: string;
  readonly pinning: 'none' | 'by_name' | 'other';
  /** The number that stands for `other`; 0, 1 for the first two. */
  readonly pinningValue: number;
  readonly mapExtra: bigint;
  /** What maps inside of this one look like. */
  readonly inner: MapFacts | undefined;
  /** There is a `values` member: inner maps or programs come with the object. */
  readonly hasValues: boolean;
  /** `btf`: in `.maps`. `legacy`: in a section that only other loaders read. `data`: global variables. */
  readonly origin: 'btf' | 'legacy' | 'data' | 'struct_ops';
  /** Section it stands in. */
  readonly section: string;
  /** Bytes from the start of the section. */
  readonly offset: number;
  /** It is made at load; `?` sections of struct_ops are not. */
  readonly autocreate: boolean;
  /** Structures in the value that the kernel manages (`bpf_timer`), and `kptr`. */
  readonly valueFields: readonly string[];
  /** Members of the definition that libbpf does not know, and what else it would not take. */
  readonly problems: readonly string[];
}

/** What a definition says that says nothing. */
export const BLANK_DEFINITION = {
  typeId: 0,
  keySize: 0,
  valueSize: 0,
  maxEntries: 0,
  flags: 0,
  keyType: '',
  valueType: '',
  pinning: 'none',
  pinningValue: 0,
  mapExtra: 0n,
  inner: undefined,
  hasValues: false,
  valueFields: [],
} as const;

/** A map about which nothing is known but its place. */
export function emptyMap(name: string, origin: MapFacts['origin'], section: string, offset: number): MapFacts {
  return { ...BLANK_DEFINITION, name, type: 'type 0', origin, section, offset, autocreate: true, problems: [] };
}

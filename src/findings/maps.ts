import { entry, type Facts, ofReason, reasonsOf, type Words } from './entry.ts';
import { BUILD, builtWithout, orBuiltWith } from './kernel-build.ts';
import { flagAdvice, MAP_EXTRA_ADVICE } from './map-flags.ts';
import { mapNeeds } from './map-needs.ts';
import { MAP_PAIR } from './map-programs.ts';
import { arg, errno, here, lacks, since, who } from './writer.ts';

/** What to use instead of a map type that an old kernel does not have. A Map: the names come from guests. */
const MAP_FALLBACK: ReadonlyMap<string, string> = new Map(
  Object.entries({
    ringbuf: 'Fall back to a perf buffer (BPF_MAP_TYPE_PERF_EVENT_ARRAY, bpf_perf_event_output) on older kernels.',
    user_ringbuf: 'Fall back to an array or queue that user space fills.',
    sk_storage: 'Fall back to a hash keyed by socket cookie.',
    inode_storage: 'Fall back to a hash keyed by inode number.',
    task_storage: 'Fall back to a hash keyed by pid.',
    cgrp_storage: 'Fall back to a hash keyed by cgroup id.',
    devmap_hash: 'Fall back to a DEVMAP.',
    bloom_filter: 'Fall back to a hash.',
    lru_hash: 'Fall back to a plain hash.',
    queue: 'Fall back to an array with an index.',
    stack: 'Fall back to an array with an index.',
  }),
);

const PARAMS = {
  key_size: { what: 'a key size', todo: 'Arrays take 4-byte keys, a trie at least 5 bytes, hashes at most 512.' },
  value_size: {
    what: 'a value size',
    todo: 'Values must not be empty, per-CPU values are limited to 32 KiB, stack traces need a multiple of 8.',
  },
  sizes: { what: 'key or value sizes', todo: 'Compare them with what the map type takes.' },
  max_entries: {
    what: 'a number of entries',
    todo: 'A ring buffer needs a power of two times the page size; other types need at least one entry.',
  },
  too_many_cpus: {
    what: 'more entries',
    todo: 'Set max_entries to the number of possible CPUs (libbpf_num_possible_cpus), at most NR_CPUS.',
  },
  needs_btf: {
    what: 'no BTF for its key and value, which the kernel-managed field in its value needs, in a way',
    todo: 'Declare the map with __type(key, ...) and __type(value, ...) instead of __uint(key_size) and __uint(value_size).',
  },
  special_field: {
    what: 'a field of the kernel in its value (a lock, timer or list)',
    todo: 'Locks work in hash, array and local storage maps, timers in hash, LRU hash and array maps, and neither in per-CPU maps: use such a map. Values per CPU need no lock: no other CPU changes them meanwhile.',
  },
  field_twice: {
    what: 'the same field of the kernel twice in its value (a lock or timer)',
    todo: 'Keep one per value: put what is changed together under one lock, or keep the parts in two maps.',
  },
  types_rejected: {
    what: 'types (BTF) that the kernel rejects, in a way',
    todo: 'See the log of the load for what the kernel says of the types. Where it says nothing: a member marked as __kptr, and the list or tree with __contains(type, node), need the definition of the type that they name; clang leaves it out and keeps a declaration where nothing looks into the type, so use a variable or a member of it.',
  },
  too_large: { what: 'a total size', todo: 'Use fewer entries or smaller values.' },
  definition: { what: 'a combination of sizes and flags', todo: 'Compare the definition with what the type takes.' },
};

/** Reasons that its type decides: what the type wants is the remedy. */
const SHAPES: ReadonlySet<string> = new Set(['key_size', 'value_size', 'sizes', 'max_entries', 'definition']);

/** What was changed besides the flags. */
const FLAG = {
  map_extra: 'the map_extra value',
  special_fields: 'the special fields (spin lock, timer, kptr) of its value',
};

const arenaPlace = (f: Facts<'map'>): Words => ({
  title: `${named(f)} is to lie where its loader has memory of its own`,
  explanation:
    'libbpf maps an arena at the addresses that map_extra names, over whatever the loader has there. The validator has its own memory there, so the arena was not mapped and nothing was loaded.',
  remediation: 'Leave map_extra out, or name addresses that no program uses, as 1 << 44 (x86_64) or 1 << 32 (arm64).',
});

type FlagReason = 'kernel_too_old' | 'refused' | keyof typeof FLAG;

function flagWords(f: Facts<'flag', FlagReason>): string {
  const { reason } = f.args;
  return reason === 'map_extra' || reason === 'special_fields' ? FLAG[reason] : arg(f, 'flag', 'its flags');
}

function named(f: Facts<'map'>): string {
  return `map ${arg(f, 'map', '?')}`;
}

/** Words for maps that were rejected, or used in a way that is. */
export const MAP_FINDINGS = {
  UNSUPPORTED_MAP_TYPE: entry({
    group: 'kernel',
    rule: ['The kernel lacks a map type', 'Use an older map type there, or raise the oldest kernel.'],
    needs: ['map'],
    args: ['type', ...BUILD],
    reasons: ['kernel_too_old', 'compiled_out'],
    words: (f) => ({
      title: `${named(f)}: ${lacks(f, `${arg(f, 'type', 'such')} maps`)}${since(f)}`,
      explanation:
        f.args.reason === 'compiled_out'
          ? `The kernel is new enough for the type and rejects even a minimal map of it${errno(f)}${f.args.config === undefined ? ': it was built without it.' : `. ${builtWithout(f)}`}`
          : f.confidence === 'high'
            ? `The kernel rejects even a minimal map of this type${errno(f)}.`
            : `The kernel rejected it${errno(f)}, and its version is older than the map type.`,
      remediation: `${MAP_FALLBACK.get(arg(f, 'type', '')) ?? 'Use an older map type on this kernel, or another object.'}${orBuiltWith(f)}`,
    }),
  }),
  UNSUPPORTED_MAP_FLAG: entry({
    group: 'kernel',
    coarse: 'UNSUPPORTED_MAP_TYPE',
    rule: ['The kernel lacks a flag of a map', 'Set the flag only where the kernel has it.'],
    needs: ['map'],
    args: ['type', 'flag'],
    reasons: ['kernel_too_old', 'refused', ...reasonsOf(FLAG)],
    words: (f) => ({
      title: `${named(f)}: ${flagWords(f)} cannot be used ${here(f)}${since(f)}`,
      explanation: `The kernel rejects the map as it is${errno(f)} and accepts it without.`,
      remediation:
        f.args.flag === 'BPF_F_LINK'
          ? 'Put the structure into SEC(".struct_ops") instead of SEC(".struct_ops.link") for these kernels.'
          : f.args.reason === 'refused'
            ? flagAdvice(f.args.flag)
            : f.args.reason === 'map_extra'
              ? MAP_EXTRA_ADVICE
              : 'Clear it on kernels without it (bpf_map__set_map_flags before load), or use another definition.',
    }),
  }),
  INVALID_MAP_PARAMS: entry({
    group: 'object',
    rule: ['A map is defined in a way no kernel accepts', 'Correct its sizes, entries or flags.'],
    needs: ['map'],
    args: ['type', 'entries', 'key_size', 'value_size', 'field'],
    reasons: [...reasonsOf(PARAMS), 'arena_place'],
    words: (f) => {
      const { reason } = f.args;
      if (reason === 'arena_place') return arenaPlace(f);
      const { what, todo } = ofReason(reason, PARAMS) ?? { what: 'values', todo: 'See the evidence.' };
      return {
        title: `${named(f)} is defined with ${what} that its type does not accept`,
        explanation: `The kernel has ${arg(f, 'type', 'the type')} and rejects this definition${errno(f)}.`,
        remediation: SHAPES.has(arg(f, 'reason', '')) ? (mapNeeds(f.args.type) ?? todo) : todo,
      };
    },
  }),
  MAP_CREATE_FAILED: entry({
    group: 'kernel',
    coarse: 'UNSUPPORTED_MAP_TYPE',
    rule: ['A map cannot be created', 'See the errno and the kernel log in the report.'],
    needs: ['map'],
    args: ['type'],
    reasons: ['refused', 'not_initialized', 'not_created'],
    words: (f) => ({
      title: `${named(f)} could not be ${f.args.reason === 'not_initialized' ? 'filled' : 'created'}${errno(f)}`,
      explanation: `Nothing shows that this kernel lacks ${f.args.type === undefined ? 'this type of map' : `maps of type ${f.args.type}`}, so sizes, flags or contents may be at fault.`,
      remediation: [
        'Compare sizes and flags of the map with what its type allows.',
        ...(f.args.type === 'ringbuf' ? [MAP_FALLBACK.get('ringbuf')] : []),
      ].join(' '),
    }),
  }),
  MAP_PIN_CONFLICT: entry({
    group: 'infra',
    rule: ['A pinned map does not fit', 'Remove the old pin, or keep the definition.'],
    needs: ['map'],
    reasons: ['pin'],
    words: (f) => ({
      title: `${named(f)} could not be pinned`,
      explanation: 'The guest is fresh, so nothing else holds the pin path.',
      remediation: 'Two maps of the object may share one pin path; otherwise see the evidence.',
    }),
  }),
  MAP_PROG_INCOMPATIBLE: entry({
    group: 'kernel',
    coarse: 'VERIFIER_REJECTION',
    rule: ['A program and its map do not fit', 'Give each program type a map of its own.'],
    ...MAP_PAIR,
  }),
  TAIL_CALL_INCOMPATIBLE: entry({
    group: 'program',
    coarse: 'VERIFIER_REJECTION',
    rule: ['Programs of different hooks share a program array', 'Give each hook an array of its own.'],
    needs: ['map', 'program', 'owner', 'owner_section'],
    words: (f) => ({
      title: `program ${arg(f, 'program', '?')} cannot share program array ${arg(f, 'map', '?')} with ${arg(f, 'owner', 'another program')}`,
      explanation: `The verifier accepts the program; the load then fails with EINVAL and no message. A program array belongs to the hook of the first program that uses it, here ${arg(f, 'owner', '?')} (${arg(f, 'owner_section', '?')}), and ${arg(f, 'program', '?')} is on ${arg(f, 'section', 'another hook')}. Kernels with this check compare the expected attach type, or for LSM the attach function.`,
      remediation: 'Declare one program array per hook, and let each program call through its own.',
    }),
  }),
  OUT_OF_MEMORY: entry({
    group: 'infra',
    rule: ['The kernel had no memory left', 'Give the guest more memory, or make the maps smaller.'],
    args: ['map', 'type', 'entries'],
    reasons: ['', 'map_too_large', 'program'],
    words: (f) => ({
      title: `the guest has too little memory for ${f.args.map === undefined ? who(f) : named(f)}`,
      explanation: `bpf(2) returns ENOMEM${f.args.entries === undefined ? '' : ` for ${f.args.entries} entries`}${f.args.reason === 'map_too_large' ? ', and accepts the map with a single entry' : ''}.`,
      remediation: 'Raise memory_mb in the profile, or use fewer entries.',
    }),
  }),
};

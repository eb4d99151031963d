import type { Verdict } from '../findings/findings.ts';
import type { Probe, StageOf } from '../model/evidence.ts';
import { type KernelVersion, olderThan } from '../model/kernel-range.ts';
import { mapTypeSince, plainType } from './first-kernel.ts';

type MapFacts = StageOf<'open'>['maps'][number];

const EPERM = -1;
const E2BIG = -7;
const ENOMEM = -12;

/** Flags of a map by bit, with the first upstream kernel where that is worth reporting. */
const FLAGS: readonly (readonly [bit: number, name: string, since?: string])[] = [
  [0x1, 'BPF_F_NO_PREALLOC', '4.6'],
  [0x2, 'BPF_F_NO_COMMON_LRU', '4.10'],
  [0x4, 'BPF_F_NUMA_NODE', '4.14'],
  [0x8, 'BPF_F_RDONLY', '4.15'],
  [0x10, 'BPF_F_WRONLY', '4.15'],
  [0x20, 'BPF_F_STACK_BUILD_ID', '4.17'],
  [0x40, 'BPF_F_ZERO_SEED', '5.0'],
  [0x80, 'BPF_F_RDONLY_PROG', '5.2'],
  [0x100, 'BPF_F_WRONLY_PROG', '5.2'],
  [0x200, 'BPF_F_CLONE', '5.4'],
  [0x400, 'BPF_F_MMAPABLE', '5.5'],
  [0x800, 'BPF_F_PRESERVE_ELEMS', '5.10'],
  [0x1000, 'BPF_F_INNER_MAP', '5.10'],
  [0x2000, 'BPF_F_LINK', '6.4'],
  [0x4000, 'BPF_F_PATH_FD', '6.5'],
  [0x8000, 'BPF_F_VTYPE_BTF_OBJ_FD', '6.9'],
  [0x10000, 'BPF_F_TOKEN_FD', '6.9'],
  [0x20000, 'BPF_F_SEGV_ON_FAULT', '6.9'],
  [0x40000, 'BPF_F_NO_USER_CONV', '6.9'],
  [0x80000, 'BPF_F_RB_OVERWRITE', '6.19'],
];

/** Sizes that loaders fill in by themselves, so that objects leave them out. */
const FILLED_BY_LOADERS: ReadonlySet<string> = new Set([
  'perf_event_array',
  'cgroup_array',
  'prog_array',
  'stack_trace',
  'ringbuf',
  'user_ringbuf',
]);

/** `policy`: everything was rejected with EPERM. */
export type MapVerdict = Verdict | { readonly code: 'policy' };

/**
 * What the kernel rejects about a map, from the same request with one thing changed: the first change it took names it,
 * and a plain map of the type that is rejected as well means the type. undefined: nothing was tried, or it shows nothing.
 */
export function mapVerdict(
  probes: readonly Probe[] | undefined,
  errno: number,
  facts: MapFacts | undefined,
  type: string,
  version: KernelVersion | undefined,
): MapVerdict | undefined {
  if (!probes || probes.length === 0) return undefined;
  if (errno === EPERM || probes.every((probe) => probe.errno === EPERM)) return { code: 'policy' };
  switch (probes.find((probe) => probe.errno === 0)?.change) {
    case 'no_flags':
      return flagVerdict(facts?.flags ?? 0, version);
    case 'one_entry':
    case 'page_entries':
      return entriesVerdict(errno, facts, type);
    case 'canonical_sizes':
      return sizesVerdict(type, facts);
    case 'inner_map':
      return { code: 'LOADER_CONTRACT', reason: 'inner_map' };
    case 'no_btf':
      return { code: 'UNSUPPORTED_MAP_FLAG', reason: 'special_fields' };
    case 'no_extra':
      return { code: 'UNSUPPORTED_MAP_FLAG', reason: 'map_extra', args: { since: '5.16' } };
    case 'needed_flags':
    case 'canonical':
      return { code: 'INVALID_MAP_PARAMS', reason: 'definition' };
    default:
      return probes.some((probe) => probe.change === 'canonical') ? typeVerdict(type, version) : undefined;
  }
}

function flagVerdict(flags: number, version: KernelVersion | undefined): MapVerdict {
  const set = FLAGS.filter(([bit]) => (flags & bit) !== 0);
  const newer = set.filter(([, , since]) => olderThan(version, since));
  const blamed = newer.length > 0 ? newer : set;
  return {
    code: 'UNSUPPORTED_MAP_FLAG',
    reason: newer.length > 0 ? 'kernel_too_old' : 'refused',
    args: {
      flag: blamed.length > 0 ? blamed.map(([, name]) => name).join(' | ') : `flags 0x${flags.toString(16)}`,
      since: newer.at(-1)?.[2],
    },
  };
}

function entriesVerdict(errno: number, facts: MapFacts | undefined, type: string): MapVerdict {
  const entries = facts === undefined ? undefined : String(facts.max_entries);
  if (errno === ENOMEM) return { code: 'OUT_OF_MEMORY', reason: 'map_too_large', args: { entries } };
  if (facts?.max_entries === 0) return { code: 'LOADER_CONTRACT', reason: 'map_size' };
  // cpu_map_alloc compares with NR_CPUS of the build, and returns E2BIG for nothing else.
  if (errno === E2BIG && type === 'cpumap')
    return { code: 'INVALID_MAP_PARAMS', reason: 'too_many_cpus', args: { entries } };
  if (errno === E2BIG) return { code: 'INVALID_MAP_PARAMS', reason: 'too_large', args: { entries } };
  return { code: 'INVALID_MAP_PARAMS', reason: 'max_entries', args: { entries } };
}

function sizesVerdict(type: string, facts: MapFacts | undefined): MapVerdict {
  const { key_size: key = 0, value_size: value = 0 } = facts ?? {};
  const ring = type === 'ringbuf' || type === 'user_ringbuf';
  const left = FILLED_BY_LOADERS.has(type) && (ring ? key !== 0 || value !== 0 : key === 0 || value === 0);
  if (left) return { code: 'LOADER_CONTRACT', reason: 'map_key_value' };
  const args = { key_size: String(key), value_size: String(value) };
  const wantsFour = /array|stack_trace|_of_maps$|devmap$|cpumap|xskmap|bloom/.test(type);
  if (wantsFour && key !== 4 && type !== 'bloom_filter') {
    return { code: 'INVALID_MAP_PARAMS', reason: 'key_size', args };
  }
  return { code: 'INVALID_MAP_PARAMS', reason: value === 0 || (wantsFour && key === 4) ? 'value_size' : 'sizes', args };
}

function typeVerdict(type: string, version: KernelVersion | undefined): MapVerdict {
  const since = mapTypeSince(plainType(type));
  const tooOld = olderThan(version, since);
  return {
    code: 'UNSUPPORTED_MAP_TYPE',
    reason: tooOld || since === undefined ? 'kernel_too_old' : 'compiled_out',
    args: { since },
  };
}

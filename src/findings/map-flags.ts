/** Flags that a kernel with them does not take, and what they are for. A Map: the names come from guests. */
const FOR: ReadonlyMap<string, string> = new Map(
  Object.entries({
    BPF_F_NUMA_NODE: 'This kernel has no such node: leave BPF_F_NUMA_NODE and numa_node to the loader, which can look.',
    'BPF_F_RDONLY | BPF_F_WRONLY':
      'Set one of both, or neither: each takes a way of access from user space, and neither of them leaves both.',
    BPF_F_NO_COMMON_LRU: 'It is for LRU hashes: leave it out, or make the map an lru_hash.',
    BPF_F_MMAPABLE: 'Plain arrays (and arenas) can be mapped into memory: leave it out, or make the map an array.',
    BPF_F_NO_PREALLOC: 'Leave it out: it is for hashes, tries and local storage, which have elements to allocate.',
  }),
);

/** What to do about flags that the kernel has and this map does not take. */
export function flagAdvice(flag: string | undefined): string {
  return FOR.get(flag ?? '') ?? 'Leave the flag out: maps of this type do not take it on this kernel.';
}

/** A value that few types of maps have a use for. */
export const MAP_EXTRA_ADVICE =
  'Leave map_extra out: only bloom filters (number of hash functions, up to 15) and arenas (address) have it.';

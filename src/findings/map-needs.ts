/** What a type of map wants of its definition, in the words of a remedy. A Map: the names come from guests. */
const NEEDS: ReadonlyMap<string, string> = new Map(
  Object.entries({
    ringbuf:
      'A ring buffer has no key and no value (leave them out), and max_entries is its size in bytes: a power of two times the page size.',
    user_ringbuf:
      'A ring buffer has no key and no value (leave them out), and max_entries is its size in bytes: a power of two times the page size.',
    stack_trace:
      'Keys have 4 bytes; a value has 8 bytes for each frame and at most as many frames as kernel.perf_event_max_stack says (127 unless it was raised): __uint(value_size, 127 * sizeof(__u64)).',
    perf_event_array:
      'Keys and values have 4 bytes each: __uint(key_size, sizeof(int)) and __uint(value_size, sizeof(int)).',
    prog_array:
      'Keys and values have 4 bytes each: __uint(key_size, sizeof(__u32)) and __uint(value_size, sizeof(__u32)).',
    cgroup_array: 'Keys and values have 4 bytes each.',
    array_of_maps:
      'Keys and values have 4 bytes each; the inner map is described by __array(values, ...), not by __type(value, ...).',
    hash_of_maps: 'Values have 4 bytes; the inner map is described by __array(values, ...), not by __type(value, ...).',
    xskmap: 'Keys and values have 4 bytes each.',
    devmap: 'Keys have 4 bytes; values have 4, or 8 as struct bpf_devmap_val (5.8 and later).',
    devmap_hash: 'Keys have 4 bytes; values have 4, or 8 as struct bpf_devmap_val (5.8 and later).',
    cpumap: 'Keys have 4 bytes; values have 4, or 8 as struct bpf_cpumap_val (5.9 and later).',
    sockmap: 'Keys have 4 bytes; values have 4 or 8.',
    sockhash: 'Values have 4 or 8 bytes.',
    reuseport_sockarray: 'Keys have 4 bytes; values have 4 or 8.',
    queue: 'It has no key: leave __type(key, ...) and __uint(key_size, ...) out.',
    stack: 'It has no key: leave __type(key, ...) and __uint(key_size, ...) out.',
    bloom_filter: 'It has no key: leave __type(key, ...) and __uint(key_size, ...) out.',
    lpm_trie:
      'The key is a __u32 with the length of the prefix and 1 to 256 bytes of data behind it; the map needs BPF_F_NO_PREALLOC.',
    sk_storage: 'Local storage needs __type(key, int), BPF_F_NO_PREALLOC and no max_entries.',
    task_storage: 'Local storage needs __type(key, int), BPF_F_NO_PREALLOC and no max_entries.',
    inode_storage: 'Local storage needs __type(key, int), BPF_F_NO_PREALLOC and no max_entries.',
    cgrp_storage: 'Local storage needs __type(key, int), BPF_F_NO_PREALLOC and no max_entries.',
    cgroup_storage: 'The key is a struct bpf_cgroup_storage_key or a __u64, and there is no max_entries: leave it out.',
    percpu_cgroup_storage:
      'The key is a struct bpf_cgroup_storage_key or a __u64, and there is no max_entries: leave it out.',
    array: 'Keys have 4 bytes, values at least 1; it needs at least one entry, and no BPF_F_NO_PREALLOC.',
    percpu_array: 'Keys have 4 bytes, values 1 byte to 32 KiB.',
    hash: 'Keys have 1 to 512 bytes, values at least 1 (give a value size); it needs at least one entry.',
    lru_hash: 'Keys have 1 to 512 bytes, values at least 1 (give a value size); it needs at least one entry.',
    percpu_hash: 'Keys have 1 to 512 bytes, values 1 byte to 32 KiB; it needs at least one entry.',
    lru_percpu_hash: 'Keys have 1 to 512 bytes, values 1 byte to 32 KiB; it needs at least one entry.',
  }),
);

/** undefined: nothing more is known of the type. */
export function mapNeeds(type: string | undefined): string | undefined {
  return NEEDS.get(type ?? '');
}

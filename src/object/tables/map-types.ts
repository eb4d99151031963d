/**
 * Map types by number: libbpf's word and the first upstream kernel that has it. Vendors carry types back, so a version is
 * a fact to show, never the only reason of a verdict.
 */
export const MAP_TYPES = `
1 hash 3.19
2 array 3.19
3 prog_array 4.2
4 perf_event_array 4.3
5 percpu_hash 4.6
6 percpu_array 4.6
7 stack_trace 4.6
8 cgroup_array 4.8
9 lru_hash 4.10
10 lru_percpu_hash 4.10
11 lpm_trie 4.11
12 array_of_maps 4.12
13 hash_of_maps 4.12
14 devmap 4.14
15 sockmap 4.14
16 cpumap 4.15
17 xskmap 4.18
18 sockhash 4.18
19 cgroup_storage 4.19
20 reuseport_sockarray 4.19
21 percpu_cgroup_storage 4.20
22 queue 4.20
23 stack 4.20
24 sk_storage 5.2
25 devmap_hash 5.4
26 struct_ops 5.6
27 ringbuf 5.8
28 inode_storage 5.10
29 task_storage 5.11
30 bloom_filter 5.16
31 user_ringbuf 6.1
32 cgrp_storage 6.2
33 arena 6.9
34 insn_array 6.19
35 rhash 7.2
`;

/** Flags of maps by bit: the kernel's word, and the first upstream kernel that takes it. */
export const MAP_FLAGS = `
0 NO_PREALLOC 4.6
1 NO_COMMON_LRU 4.10
2 NUMA_NODE 4.14
3 RDONLY 4.15
4 WRONLY 4.15
5 STACK_BUILD_ID 4.17
6 ZERO_SEED 5.0
7 RDONLY_PROG 5.2
8 WRONLY_PROG 5.2
9 CLONE 5.4
10 MMAPABLE 5.5
11 PRESERVE_ELEMS 5.10
12 INNER_MAP 5.10
13 LINK 6.4
14 PATH_FD 6.5
15 VTYPE_BTF_OBJ_FD 6.9
16 TOKEN_FD 6.9
17 SEGV_ON_FAULT 6.9
18 NO_USER_CONV 6.10
19 RB_OVERWRITE 6.19
`;

/** Structures that the kernel manages inside of map values, and the first upstream kernel that does. */
export const VALUE_FIELDS = `
bpf_spin_lock 5.1
bpf_timer 5.15
bpf_dynptr 5.19
bpf_list_head 6.2
bpf_list_node 6.2
bpf_rb_root 6.3
bpf_rb_node 6.3
bpf_refcount 6.4
bpf_wq 6.10
bpf_res_spin_lock 6.15
bpf_task_work 6.18
`;

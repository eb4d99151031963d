/** Functions of the C library that people call in BPF, and what does the same there. */
const INSTEAD: readonly (readonly [names: RegExp, instead: string])[] = [
  [/^(?:hton|ntoh)[sl]$/, 'bpf_htons, bpf_ntohs, bpf_htonl or bpf_ntohl of bpf_endian.h'],
  [
    /^(?:mem(?:cpy|set|move)|bcopy|bzero)$/,
    '__builtin_memcpy, __builtin_memset or __builtin_memmove with a constant size of at most 1024 bytes, which the compiler writes out; copy the rest with bpf_probe_read_kernel, or in a loop',
  ],
  [
    /^(?:memcmp|bcmp)$/,
    'a loop over the bytes with a constant bound: __builtin_memcmp stays a call unless its size is small and constant',
  ],
  [
    /^str(?:n?case)?n?cmp$/,
    'bpf_strncmp (5.17 and later, against a constant string), or a loop over the bytes with a constant bound',
  ],
  [
    /^str(?:n?len|n?cpy|lcpy|n?cat|lcat|r?chr|chrnul|casestr|nstr|str|tok(?:_r)?|sep|n?dup|pbrk|c?spn|error(?:_r)?|to(?:u?ll?|[dfi]|ld|[iu]max)|ftime|ptime)$/,
    'a loop over the bytes with a constant bound, or the kernel functions bpf_strlen, bpf_strchr and bpf_strstr (6.17 and later)',
  ],
  [/^(?:printf|puts|putchar|v?fprintf|perror)$/, 'bpf_printk, or a record in a ring buffer'],
  [/^v?sn?printf$/, 'bpf_snprintf (5.13 and later), or format in user space'],
  [
    /^(?:clock_gettime|gettimeofday|time|clock)$/,
    'bpf_ktime_get_ns or bpf_ktime_get_boot_ns; user space adds the time of the day',
  ],
  [/^(?:getpid|gettid|getppid)$/, 'bpf_get_current_pid_tgid'],
  [/^(?:getuid|geteuid|getgid|getegid)$/, 'bpf_get_current_uid_gid'],
  [/^(?:malloc|calloc|realloc|free)$/, 'a value of a map, or bpf_obj_new (6.2 and later)'],
  [/^(?:s?rand|random)$/, 'bpf_get_prandom_u32'],
  [/^(?:get_nprocs(?:_conf)?|sysconf|getenv)$/, 'a const volatile variable that the loader sets before the load'],
  [/^(?:sched_getcpu|getcpu)$/, 'bpf_get_smp_processor_id'],
  [/^(?:exit|abort|_exit|__assert_fail|assert)$/, 'a return on that path'],
  [/^(?:u?sleep|nanosleep)$/, 'bpf_timer (5.15 and later), since programs do not wait'],
  [/^inet_(?:addr|aton|pton|ntop|ntoa)$/, 'an address as a number, which user space prints or reads'],
];

/** Kernel functions and symbols have such names. */
const KERNEL_NAME = /^(?:bpf|scx|hid_bpf|hid_hw|tcp|kern|dctcp|cubictcp|bbr|crash|cgroup_rstat|css)_/;

/** What to do about a name that nothing in the object defines. */
export function externTodo(symbol: string | undefined, otherwise: string): string {
  if (symbol === undefined) return otherwise;
  const instead = INSTEAD.find(([names]) => names.test(symbol))?.[1];
  if (instead !== undefined) return `There is no C library in BPF. In place of ${symbol} use ${instead}.`;
  if (KERNEL_NAME.test(symbol)) {
    return `It looks like a kernel function: declare it with __ksym, as in extern ... ${symbol}(...) __ksym; (and __weak, where it may be missing). Else link the part that defines it with bpftool gen object.`;
  }
  return otherwise;
}

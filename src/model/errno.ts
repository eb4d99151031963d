/** Linux errno numbers (x86 and arm64 agree on all of these) that bpf(2), perf and netlink return. */
const NAMES: Readonly<Record<number, string>> = {
  1: 'EPERM',
  2: 'ENOENT',
  3: 'ESRCH',
  4: 'EINTR',
  5: 'EIO',
  7: 'E2BIG',
  8: 'ENOEXEC',
  9: 'EBADF',
  11: 'EAGAIN',
  12: 'ENOMEM',
  13: 'EACCES',
  14: 'EFAULT',
  16: 'EBUSY',
  17: 'EEXIST',
  19: 'ENODEV',
  20: 'ENOTDIR',
  22: 'EINVAL',
  24: 'EMFILE',
  28: 'ENOSPC',
  34: 'ERANGE',
  38: 'ENOSYS',
  61: 'ENODATA',
  74: 'EBADMSG',
  84: 'EILSEQ',
  95: 'EOPNOTSUPP',
  99: 'EADDRNOTAVAIL',
  110: 'ETIMEDOUT',
  126: 'ENOKEY',
  129: 'EKEYREJECTED',
  // Not in any user header: the kernel leaks it out of attach and struct_ops paths.
  524: 'ENOTSUPP',
  // libbpf's own numbers.
  4000: 'LIBBPF_ELIBELF',
  4001: 'LIBBPF_EFORMAT',
  4003: 'LIBBPF_EENDIAN',
};

/** `EINVAL` for -22 or 22; `errno 999` when the number has no name here; empty for 0. */
export function errnoName(errno: number): string {
  if (errno === 0) return '';
  const number = Math.abs(errno);
  return NAMES[number] ?? `errno ${number}`;
}

/** Negative number of an errno as libbpf prints it (`-EINVAL`, `EINVAL`); undefined for an unknown name. */
export function errnoNumber(name: string): number | undefined {
  const plain = name.replace(/^-/, '');
  const found = Object.entries(NAMES).find(([, known]) => known === plain);
  return found === undefined ? undefined : -Number(found[0]);
}

import { closeSync, openSync, readdirSync, readFileSync } from 'node:fs';

/** Kernel's flag of a descriptor that no program inherits. */
const O_CLOEXEC = 0o2000000;
/** Descriptors above this are left alone: every one costs an entry in the list of each child. */
const MAX_FD = 1023;

/**
 * Descriptors that whoever started us left open and that our children would inherit. Node opens its own so that no
 * child gets them, but it closes only the first sixteen of a caller's.
 */
function inherited(): number[] {
  try {
    const fds = readdirSync('/proc/self/fd').map(Number);
    const last = Math.min(MAX_FD, openFilesLimit() - 1);
    return fds.filter((fd) => fd > 2 && fd <= last && passesOn(fd));
  } catch {
    return [];
  }
}

/** Numbers from here on cannot be put over, though a caller with a higher limit may have left some open. */
function openFilesLimit(): number {
  const words = /^Max open files +(\d+)/m.exec(readFileSync('/proc/self/limits', 'utf8'));
  return words === null ? Number.POSITIVE_INFINITY : Number(words[1]);
}

function passesOn(fd: number): boolean {
  try {
    const flags = /^flags:\s*([0-7]+)/m.exec(readFileSync(`/proc/self/fdinfo/${fd}`, 'utf8'))?.[1] ?? '0';
    return (Number.parseInt(flags, 8) & O_CLOEXEC) === 0;
  } catch {
    // The descriptor of the listing itself.
    return false;
  }
}

let leaks: readonly number[] | undefined;

/**
 * Calls `start` with the descriptors of a child from `wanted` on: whatever it would inherit beside them is /dev/null
 * there. A caller's secrets (an open file, a socket of its own) must not be in reach of a guest that took over QEMU.
 */
export function withStdio<T>(
  requested: readonly ('ignore' | 'pipe')[],
  start: (stdio: ('ignore' | 'pipe' | number)[]) => T,
): T {
  // Read once: later ones are Node's.
  leaks ??= inherited();
  const covered = leaks.filter((fd) => fd >= requested.length);
  if (covered.length === 0) return start([...requested]);
  const nothing = openSync('/dev/null', 'r+');
  try {
    const last = Math.max(...covered);
    const stdio = Array.from(
      { length: last + 1 },
      (_, fd) => requested[fd] ?? (covered.includes(fd) ? nothing : 'ignore'),
    );
    return start(stdio);
  } finally {
    closeSync(nothing);
  }
}

import { UsageError } from '../model/errors.ts';
import type { GuestEntry } from '../model/guest-entry.ts';
import { MAX_HOST_PAYLOAD } from './frames.ts';

/** Per request; validator-c/src/request/entries.h has the same limits. */
const MAX_ENTRIES = 4096;
const MAX_ENTRY_BYTES = 256 * 1024 * 1024;
const MAX_PATH_BYTES = 1024;

const CONTROL = /[\u0000-\u001f\u007f]/;
/** A shell in the guest is this program under many names. */
const BUSYBOX = '/bin/busybox';

/** Whether every part of an absolute path is a name. */
function isPath(path: string): boolean {
  if (CONTROL.test(path) || Buffer.byteLength(path) > MAX_PATH_BYTES) return false;
  const [first, ...names] = path.split('/');
  return first === '' && names.length > 0 && names.every((name) => name !== '' && name !== '.' && name !== '..');
}

function reject(path: string, why: string): never {
  throw new UsageError('bad_guest_file', `${JSON.stringify(path)} cannot be put into the guest: ${why}`);
}

function line(entry: GuestEntry): string {
  const { path } = entry;
  if (!isPath(path)) {
    reject(path, `the path must be absolute, without "." and "..", and at most ${MAX_PATH_BYTES} bytes long`);
  }
  if (entry.kind === 'link') {
    if (/ /.test(path) || entry.target === '' || / /.test(entry.target) || CONTROL.test(entry.target)) {
      reject(path, 'a link and its target must not have spaces or control characters; rename one of them');
    }
    if (Buffer.byteLength(entry.target) > MAX_PATH_BYTES)
      reject(path, `its target is over ${MAX_PATH_BYTES} bytes long`);
    return `link=${path} ${entry.target}`;
  }
  const { length } = entry.bytes;
  if (length > MAX_HOST_PAYLOAD) reject(path, `it has ${length} bytes, at most ${MAX_HOST_PAYLOAD} can be sent`);
  return `file=${entry.executable ? '755' : '644'} ${length} ${path}`;
}

/**
 * The request lines about files and links, in the order of the blobs that follow.
 * @throws UsageError `bad_guest_file` for an entry that the protocol cannot carry.
 */
export function entryLines(entries: readonly GuestEntry[]): string[] {
  if (entries.length > MAX_ENTRIES) {
    const words = `${entries.length} files and links are too many for one guest, at most ${MAX_ENTRIES}; ship fewer`;
    throw new UsageError('bad_guest_file', words);
  }
  const bytes = entries.reduce((sum, entry) => sum + (entry.kind === 'file' ? entry.bytes.length : 0), 0);
  if (bytes > MAX_ENTRY_BYTES) {
    const words = `${bytes} bytes of files are too many for one guest, at most ${MAX_ENTRY_BYTES}; ship fewer`;
    throw new UsageError('bad_guest_file', words);
  }
  return entries.map(line);
}

/** What the files bring along that the guest must know of. */
export function hasShell(entries: readonly GuestEntry[]): boolean {
  return entries.some(({ kind, path }) => kind === 'file' && path === BUSYBOX);
}

import { editDistance } from '../model/edit-distance.ts';
import { SECTION_KINDS } from './sections.ts';

const MAX_NEAR = 4;
/** No name of libbpf is nearly as long. */
const MAX_SECTION = 64;
/** Shorter words are one letter away from too many others. */
const MIN_LENGTH = 5;

/** The same but for one slip; numbers are never a slip (`cgroup/bind4`, `cgroup/bind6`). */
function isSlip(word: string, name: string): boolean {
  return (
    Math.min(word.length, name.length) >= MIN_LENGTH &&
    word.replaceAll(/\D/g, '') === name.replaceAll(/\D/g, '') &&
    Math.abs(word.length - name.length) <= 1 &&
    editDistance(word, name) === 1
  );
}

/** Kinds of which older loaders took names with an underscore before the target. */
const TARGETED = [
  ...([
    'kprobe',
    'kretprobe',
    'ksyscall',
    'uprobe',
    'uretprobe',
    'raw_tracepoint',
    'raw_tp',
    'fentry',
    'fexit',
  ] as const),
  // Before the one that it begins with.
  ...(['tp_btf', 'tracepoint', 'tp', 'lsm', 'iter'] as const),
];

/** `kprobe/vfs_read` for `kprobe_vfs_read`: the target stands behind a slash, a tracepoint with its category. */
function withSlash(name: string): string[] {
  const kind = TARGETED.find((other) => name.startsWith(`${other}_`));
  const target = kind === undefined ? '' : name.slice(kind.length + 1);
  if (kind === undefined || target === '') return [];
  return [kind === 'tracepoint' || kind === 'tp' ? `${kind}/CATEGORY/${target}` : `${kind}/${target}`];
}

/** libbpf's section names that may be meant by one it does not know: `cgroup/connect4` for `cgroup/connect`. */
export function nearSections(section: string): string[] {
  const name = section.replace(/^\?/, '').slice(0, MAX_SECTION);
  const longer = name.length < MIN_LENGTH ? [] : SECTION_KINDS.filter((other) => other.startsWith(name));
  const kind = name.split('/', 1)[0] ?? '';
  const slips = SECTION_KINDS.filter((other) => isSlip(name, other) || isSlip(kind, other));
  // The rest behind a known name says whom it is for; libbpf takes none there.
  const shorter = SECTION_KINDS.filter((other) => name.startsWith(`${other}/`)).slice(-1);
  // `egress` alone: several types have a direction.
  const ends = name.length < MIN_LENGTH ? [] : SECTION_KINDS.filter((other) => other.endsWith(`/${name}`));
  return [...new Set([...withSlash(name), ...longer, ...slips, ...shorter, ...ends])].slice(0, MAX_NEAR);
}

import { FOREIGN_SECTIONS, SECTION_NAMES } from './tables/section-names.ts';

/** What a section name makes of a program. */
export interface SectionKind {
  /** The row of libbpf's table, without `+`; empty when it has none. */
  readonly name: string;
  /** libbpf's word for the program type (`sched_cls`); empty when it is not known. */
  readonly type: string;
  /** libbpf's word for the attach type (`trace_fentry`); empty when the section requests none. */
  readonly attachType: string;
  /** Old kernels get the program without its attach type. */
  readonly attachTypeOptional: boolean;
  readonly sleepable: boolean;
  readonly frags: boolean;
  /** The target is looked up in the kernel's BTF. */
  readonly btfTarget: boolean;
  readonly usdt: boolean;
  /** What stands behind the first slash that is not part of the kind; empty for none. */
  readonly target: string;
  /** libbpf's table has no such section, and it rejects the object. `type` is then what other loaders mean by it. */
  readonly known: boolean;
}

const ROWS = SECTION_NAMES.trim()
  .split('\n')
  .map((line) => {
    const [pattern = '', type = '', attachType = '-', flags = ''] = line.split(' ');
    const name = pattern.replace('+', '');
    return {
      name,
      open: pattern.endsWith('+'),
      type,
      attachType: attachType === '-' ? '' : attachType,
      attachTypeOptional: flags.includes('o'),
      sleepable: flags.includes('s'),
      frags: flags.includes('f'),
      btfTarget: flags.includes('b'),
      usdt: flags.includes('u'),
    };
  });

/** Reads a section name as libbpf does; a `?` in front (not loaded on its own) is not looked at. */
export function sectionKind(section: string): SectionKind {
  const name = section.replace(/^\?/, '');
  const row = ROWS.find((candidate) => name === candidate.name || (candidate.open && isBelow(name, candidate.name)));
  if (row) {
    const { open, ...kind } = row;
    return { ...kind, target: open ? name.slice(row.name.length + 1) : '', known: true };
  }
  return {
    name: '',
    type: FOREIGN_SECTIONS.find(([prefix]) => prefix.test(name))?.[1] ?? '',
    attachType: '',
    attachTypeOptional: false,
    sleepable: false,
    frags: false,
    btfTarget: false,
    usdt: false,
    target: name.includes('/') ? name.slice(name.indexOf('/') + 1) : '',
    known: false,
  };
}

function isBelow(name: string, prefix: string): boolean {
  return name.startsWith(prefix) && name[prefix.length] === '/';
}

/** libbpf's section names, in the order in which it tries them. */
export const SECTION_KINDS: readonly string[] = ROWS.map(({ name }) => name);

import type { OptionRow } from './option-row.ts';

/** Commands that load objects themselves. */
const LOADING = ['check', 'test', 'watch', 'bisect'] as const;

/** Flags that change how an object is loaded, and what its guest has then. */
export const LOAD_OPTIONS = [
  {
    name: 'set-rodata',
    type: 'repeated',
    default: '',
    placeholder: 'NAME=VALUE',
    description:
      'set a global variable before the load, as a loader sets const volatile variables; NAME.MEMBER and NAME[N] work too; repeatable',
    commands: LOADING,
  },
  {
    name: 'set-attach-target',
    type: 'repeated',
    default: '',
    placeholder: 'PROG=TARGET',
    description:
      'set the attach target of a program, as a loader does at run time: a kernel function, or xdp:NAME or tc:NAME for the function NAME of a stub BPF program; repeatable',
    commands: LOADING,
  },
  {
    name: 'strict-libbpf',
    type: 'boolean',
    default: '',
    description:
      'load exactly as plain libbpf does: no automatic fixups (map sizes, program types, inner maps) and no settings',
    commands: LOADING,
  },
  {
    name: 'btf',
    type: 'text',
    default: '',
    placeholder: 'PATH',
    description:
      'BTF for kernels that have none: a file (raw, a .btf.tar.xz of BTFHub, a vmlinux with BTF), or a directory of BTFHub, of which each kernel gets the file of its release; reports show the verdict with it and without it',
    commands: LOADING,
  },
  {
    name: 'no-modules',
    type: 'boolean',
    default: '',
    description:
      'do not load kernel modules for functions, tracepoints and types that the object names; modules.load of the manifest still applies',
    commands: LOADING,
  },
  {
    name: 'loader',
    type: 'text',
    default: '',
    placeholder: 'NAME',
    description:
      'library that loads the object and decides: libbpf (default), ebpf-go, aya or bpftool, or a version of one (ebpf-go@0.16); "make loaders" builds all but the default',
    commands: LOADING,
  },
  {
    name: 'loaders',
    type: 'list',
    default: '',
    placeholder: 'NAME,NAME...',
    description: 'libraries to load the object with beside the one that decides; reports show where they disagree',
    commands: LOADING,
  },
] as const satisfies readonly OptionRow[];

import type { OptionRow } from './option-row.ts';

/** Flags of the `kernels` commands: which to list, to fetch and to remove. */
export const KERNEL_OPTIONS = [
  {
    name: 'all',
    type: 'boolean',
    default: '',
    description: 'all kernels of the matrix debian and of your own profiles',
    commands: ['kernels fetch'],
  },
  {
    name: 'search',
    type: 'list',
    default: '',
    placeholder: 'WORD',
    description: 'show only kernels with this word in their id, vendor, version or release',
    commands: ['kernels list'],
  },
  {
    name: 'userland',
    type: 'boolean',
    default: '',
    description: 'also fetch busybox, the shell for commands in guests; otherwise the first test that needs it does',
    commands: ['kernels fetch'],
  },
  {
    name: 'modules',
    type: 'boolean',
    default: '',
    description:
      'also fetch all modules of these kernels and index what they have; otherwise the first object that needs one does',
    commands: ['kernels fetch'],
  },
  {
    name: 'keep',
    type: 'list',
    default: '',
    placeholder: 'ID,ID...',
    description: 'keep only the kernels of these profiles',
    commands: ['kernels prune'],
  },
  {
    name: 'all',
    type: 'boolean',
    default: '',
    description: 'also remove every stored kernel and disk image; default: only VM snapshots and what no profile needs',
    commands: ['kernels prune'],
  },
] as const satisfies readonly OptionRow[];

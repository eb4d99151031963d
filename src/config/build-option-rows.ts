import type { OptionRow } from './option-row.ts';

/** Commands that ask kernels, or say which ones will be asked. */
const RUNNING = ['test', 'test-command', 'watch', 'kernels fetch', 'suite', 'plan'] as const;

/** Flags about certain builds of kernels: the lock, and what a bisection starts from. */
export const BUILD_OPTIONS = [
  {
    name: 'artifact',
    type: 'text',
    default: '',
    placeholder: 'FILE',
    description: 'compiled object (.bpf.o) to ask',
    commands: ['bisect'],
  },
  {
    name: 'good',
    type: 'text',
    default: '',
    placeholder: 'ID[@VERSION]',
    description: 'kernel that accepts the object; without a version the oldest build that its repository offers',
    commands: ['bisect'],
  },
  {
    name: 'bad',
    type: 'text',
    default: '',
    placeholder: 'ID[@VERSION]',
    description:
      'kernel that rejects it; without a version the newest build; with another id all of the vendor between the two are asked',
    commands: ['bisect'],
  },
  {
    name: 'locked',
    type: 'boolean',
    default: '',
    description:
      'fail where bpfcompat.lock lacks a kernel, or its build cannot be had; without it another build is asked and told',
    commands: RUNNING,
  },
  {
    name: 'no-lock',
    type: 'boolean',
    default: '',
    description: 'leave bpfcompat.lock aside: the newest builds are asked',
    commands: [...RUNNING, 'kernels list'],
  },
  {
    name: 'check',
    type: 'boolean',
    default: '',
    description: 'write nothing; exit code 2 where the lock would change',
    commands: ['lock'],
  },
] as const satisfies readonly OptionRow[];

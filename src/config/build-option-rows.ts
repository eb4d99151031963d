import { LANE_CHOICES } from '../model/cell.ts';
import type { OptionRow } from './option-row.ts';

/** Commands that run kernels, or say which ones will be run. */
const RUNNING = ['check', 'test', 'test-command', 'watch', 'kernels fetch', 'suite', 'plan'] as const;

/** Flags about certain builds of kernels: the lock, and what a bisection starts from. */
export const BUILD_OPTIONS = [
  {
    name: 'artifact',
    type: 'text',
    default: '',
    placeholder: 'FILE',
    description: 'compiled object (.bpf.o) to test',
    commands: ['bisect'],
  },
  {
    name: 'good',
    type: 'text',
    default: '',
    placeholder: 'ID[@VERSION]',
    description: 'kernel that accepts the object; without a version, the oldest build in its repository',
    commands: ['bisect'],
  },
  {
    name: 'bad',
    type: 'text',
    default: '',
    placeholder: 'ID[@VERSION]',
    description:
      'kernel that rejects the object; without a version, the newest build. With another id than --good, the kernels of that vendor between the two are tested',
    commands: ['bisect'],
  },
  {
    name: 'locked',
    type: 'boolean',
    default: '',
    description:
      'fail if bpfcompat.lock lacks a kernel or its locked build is not available; default: use the newest build, with a note',
    commands: RUNNING,
  },
  {
    name: 'lane',
    type: 'text',
    default: '',
    placeholder: LANE_CHOICES.join('|'),
    words: LANE_CHOICES,
    description:
      'direct: kernels; image: disk images (image: block of the profile); default: direct; if no kernels are named, all that the lock has',
    commands: ['lock', 'kernels fetch'],
  },
  {
    name: 'no-lock',
    type: 'boolean',
    default: '',
    description: 'ignore bpfcompat.lock and use the newest builds',
    commands: [...RUNNING, 'kernels list'],
  },
  {
    name: 'check',
    type: 'boolean',
    default: '',
    description: 'write nothing; exit code 2 if the lock would change',
    commands: ['lock'],
  },
] as const satisfies readonly OptionRow[];

import type { OptionRow } from './option-row.ts';

/** Flags of `suite`. What is empty or 0 is left to the suite file. */
export const SUITE_OPTIONS = [
  {
    name: 'suite',
    type: 'text',
    default: '',
    placeholder: 'FILE',
    description:
      'suite file: objects, kernels and how each is asked; its paths are relative to itself; without it bpfcompat-suite.yaml',
    commands: ['suite'],
  },
  {
    name: 'suite',
    type: 'text',
    default: '',
    placeholder: 'FILE',
    description:
      'suite file to check again whenever it or a file that it names changes, instead of objects and kernels',
    commands: ['watch'],
  },
  {
    name: 'suite',
    type: 'text',
    default: '',
    placeholder: 'FILE',
    description: 'suite file (YAML): the kernels of its cases',
    commands: ['lock'],
  },
  {
    name: 'out',
    type: 'text',
    default: '',
    placeholder: 'FILE',
    description:
      'JSON document of the whole suite, without it what the file says; each case has a report of its own besides',
    commands: ['suite'],
  },
  {
    name: 'markdown',
    type: 'text',
    default: '',
    placeholder: 'FILE',
    description: 'the same as Markdown: cases by kernels first',
    commands: ['suite'],
  },
  {
    name: 'workdir',
    type: 'text',
    default: '',
    placeholder: 'DIR',
    description: 'directory for the evidence of all cases, relative to the suite file; without it what the file says',
    commands: ['suite'],
  },
  {
    name: 'timeout',
    type: 'text',
    default: '',
    placeholder: 'TIME',
    description: 'time for one object on one kernel (90s, 5m); without it what the file says, else 180s',
    commands: ['suite'],
  },
  {
    name: 'concurrency',
    type: 'integer',
    default: '0',
    placeholder: 'N',
    description: 'guests that run at the same time; without it what the file says, else 2',
    commands: ['suite'],
    min: 0,
    max: 256,
  },
  {
    name: 'stop-on-failure',
    type: 'boolean',
    default: '',
    description: 'give up the cases that come after the first one that does not pass',
    commands: ['suite'],
  },
  {
    name: 'matrix',
    type: 'text',
    default: 'quick',
    placeholder: 'FILE|NAME',
    description: 'matrix of the new suite: a built-in name (quick, debian) or a file, relative to the suite',
    commands: ['init'],
  },
] as const satisfies readonly OptionRow[];

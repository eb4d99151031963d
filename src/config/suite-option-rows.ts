import { DEFAULT_CONCURRENCY, DEFAULT_TIMEOUT } from '../model/run-defaults.ts';
import type { OptionRow } from './option-row.ts';

/** Flags of `suite`. What is empty or 0 is left to the suite file. */
export const SUITE_OPTIONS = [
  {
    name: 'suite',
    type: 'text',
    default: '',
    placeholder: 'FILE',
    description:
      'suite file (YAML): cases with their objects, kernels and settings; its paths are relative to itself; default: bpfcompat-suite.yaml',
    commands: ['suite'],
  },
  {
    name: 'suite',
    type: 'text',
    default: '',
    placeholder: 'FILE',
    description: 'suite file to run instead of --artifact and kernels; run again when it or a file it names changes',
    commands: ['watch'],
  },
  {
    name: 'suite',
    type: 'text',
    default: '',
    placeholder: 'FILE',
    description: 'lock the kernels of this suite file',
    commands: ['lock'],
  },
  {
    name: 'out',
    type: 'text',
    default: '',
    placeholder: 'FILE',
    description: 'JSON document of the whole suite; default: out of the suite file. Each case also has its own report',
    commands: ['suite'],
  },
  {
    name: 'markdown',
    type: 'text',
    default: '',
    placeholder: 'FILE',
    description: 'Markdown document of the whole suite; default: markdown of the suite file',
    commands: ['suite'],
  },
  {
    name: 'workdir',
    type: 'text',
    default: '',
    placeholder: 'DIR',
    description:
      'directory for the evidence of all cases, relative to the suite file; default: workdir of the suite file',
    commands: ['suite'],
  },
  {
    name: 'timeout',
    type: 'text',
    default: '',
    placeholder: 'TIME',
    description: `time for one object on one kernel (90s, 5m); default: what the suite file says, else ${DEFAULT_TIMEOUT}`,
    commands: ['suite'],
  },
  {
    name: 'concurrency',
    type: 'integer',
    default: '0',
    placeholder: 'N',
    description: `guests that run at the same time; default: what the suite file says, else ${DEFAULT_CONCURRENCY}`,
    commands: ['suite'],
    min: 0,
    max: 256,
  },
  {
    name: 'stop-on-failure',
    type: 'boolean',
    default: '',
    description: 'stop at the first case that fails the suite (exit code 1 or 2); later cases are reported as not run',
    commands: ['suite'],
  },
  {
    name: 'matrix',
    type: 'text',
    default: 'quick',
    placeholder: 'FILE|NAME',
    description: 'matrix of the new suite: a built-in name (quick, debian), or a file relative to the suite',
    commands: ['init'],
  },
] as const satisfies readonly OptionRow[];

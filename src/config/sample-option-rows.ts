import type { OptionRow } from './option-row.ts';

/** Flags for kernels in classes: one of each is tested, and the others are inferred. */
export const SAMPLE_OPTIONS = [
  {
    name: 'group',
    type: 'boolean',
    default: '',
    description:
      'instead: put the kernels into classes by what matters to the objects, and print them; fetches kernels that are not stored, boots none',
    commands: ['plan'],
  },
  {
    name: 'sample',
    type: 'boolean',
    default: '',
    description: 'instead: print one kernel of each class, as --kernels takes them',
    commands: ['plan'],
  },
  {
    name: 'sample',
    type: 'boolean',
    default: '',
    description:
      'test each object on one kernel of each class; the others are inferred, which is not a pass (docs/sampling.md)',
    commands: ['test', 'suite'],
  },
  {
    name: 'accept-inferred',
    type: 'boolean',
    default: '',
    description: 'with --sample: a pass that is inferred counts for a required kernel',
    commands: ['test', 'suite'],
  },
  {
    name: 'facts',
    type: 'text',
    default: '',
    placeholder: 'DIR',
    description:
      'directory with facts of kernels (ID.facts): a kernel with such a file need not be fetched, and missing files are written',
    commands: ['plan', 'test', 'suite'],
  },
  {
    name: 'offline',
    type: 'boolean',
    default: '',
    description: 'with --group or --sample: use stored kernels only, never the network',
    commands: ['plan'],
  },
] as const satisfies readonly OptionRow[];

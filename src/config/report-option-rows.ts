import type { OptionRow } from './options.ts';

/** Flags that have to do with finished runs and with what decides. */
export const REPORT_OPTIONS = [
  {
    name: 'baseline',
    type: 'text',
    default: '',
    placeholder: 'FILE',
    description:
      'older JSON report (or run directory) of the same objects: new failures are told apart from those it has already',
    commands: ['test'],
  },
  {
    name: 'fail-on',
    type: 'text',
    default: '',
    placeholder: 'WHAT',
    description:
      'any, required, regression or never: what makes the exit code 2; without it what the manifest says, else required',
    commands: ['test'],
  },
  {
    name: 'base-report',
    type: 'text',
    default: '',
    placeholder: 'FILE',
    description: 'the older JSON report; a run directory or the document of a run with several objects too',
    commands: ['compare'],
  },
  {
    name: 'head-report',
    type: 'text',
    default: '',
    placeholder: 'FILE',
    description: 'the newer one',
    commands: ['compare'],
  },
  {
    name: 'out',
    type: 'text',
    default: '',
    placeholder: 'FILE',
    description: 'JSON to write; without --out and --markdown it is printed',
    commands: ['compare'],
  },
  {
    name: 'markdown',
    type: 'text',
    default: '',
    placeholder: 'FILE',
    description: 'Markdown to write',
    commands: ['compare'],
  },
  {
    name: 'fail-on-regression',
    type: 'boolean',
    default: '',
    description:
      'exit with 2 when a required kernel that passed fails now, with 1 when one gave no answer; without it always 0',
    commands: ['compare'],
  },
  {
    name: 'report',
    type: 'text',
    default: '',
    placeholder: 'FILE',
    description: 'JSON report that "test --out" wrote',
    commands: ['report-summary'],
  },
  {
    name: 'max-targets',
    type: 'integer',
    default: '25',
    placeholder: 'N',
    description: 'kernels in the matrix of the summary; those that did not pass come first when it is cut',
    commands: ['report-summary'],
    min: 1,
    max: 1000,
  },
  {
    name: 'max-failures',
    type: 'integer',
    default: '10',
    placeholder: 'N',
    description: 'kernels that are told about one by one',
    commands: ['report-summary'],
    min: 0,
    max: 1000,
  },
] as const satisfies readonly OptionRow[];

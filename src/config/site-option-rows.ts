import type { OptionRow } from './option-row.ts';

/** Flags of `site build`. */
export const SITE_OPTIONS = [
  {
    name: 'in',
    type: 'repeated',
    default: '',
    placeholder: 'DIR',
    description:
      'reports to show: a directory, searched with all below it, a JSON report or a quoted pattern; repeatable',
    commands: ['site build'],
  },
  {
    name: 'out',
    type: 'text',
    default: '',
    placeholder: 'DIR',
    description: 'directory to write; an earlier site there is replaced, anything else is left as it is',
    commands: ['site build'],
  },
  {
    name: 'label',
    type: 'text',
    default: '',
    placeholder: 'TEXT',
    description:
      'version that the site is published as, a part of its paths; default: $BPFCOMPAT_COMPATIBILITY_VERSION, else latest',
    commands: ['site build'],
  },
] as const satisfies readonly OptionRow[];

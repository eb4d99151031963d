import type { OptionRow } from './option-row.ts';

/** Flags of the earlier tool that are accepted and change nothing. */
export const COMPATIBILITY_OPTIONS = [
  {
    name: 'keep-vm-on-failure',
    type: 'boolean',
    default: '',
    description: 'accepted for compatibility: logs of failed guests are always kept',
    commands: ['test', 'test-command'],
  },
  {
    name: 'disk-resize',
    type: 'integer',
    default: '0',
    placeholder: 'GIB',
    description: 'make the disk of guests this much larger than that of their image (lane image; others have no disk)',
    commands: ['test'],
    min: 0,
    max: 1024,
  },
  {
    name: 'unsafe-allow-host-runner',
    type: 'boolean',
    default: '',
    description: 'accepted and without effect: objects are never loaded on this machine',
    commands: ['test'],
    hidden: true,
  },
] as const satisfies readonly OptionRow[];

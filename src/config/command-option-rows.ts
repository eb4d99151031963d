import type { OptionRow } from './option-row.ts';

/** Flags of command mode: for `test`, and under shorter names for `test-command`. */
export const COMMAND_OPTIONS = [
  {
    name: 'command',
    type: 'text',
    default: '',
    placeholder: 'TEXT',
    description:
      'run this shell command in every guest instead of loading the object; its exit code is the verdict. It has $BPFCOMPAT_BIN, $BPFCOMPAT_ARTIFACT, busybox and the assets of the manifest, and no other program of this machine',
    commands: ['test'],
  },
  {
    name: 'command-binary',
    type: 'text',
    default: '',
    placeholder: 'FILE',
    description: 'program for the command ($BPFCOMPAT_BIN); copied into the guest with its shared libraries',
    commands: ['test'],
  },
  {
    name: 'command-expect-exit',
    type: 'integer',
    default: '0',
    placeholder: 'N',
    description: 'exit code that counts as a pass',
    commands: ['test'],
    min: 0,
    max: 255,
  },
  {
    name: 'cmd',
    type: 'text',
    default: '',
    placeholder: 'TEXT',
    description:
      'shell command to run in every guest; its exit code is the verdict. It has $BPFCOMPAT_BIN, $BPFCOMPAT_ARTIFACT, busybox and the assets of the manifest, and no other program of this machine',
    commands: ['test-command'],
  },
  {
    name: 'bin',
    type: 'text',
    default: '',
    placeholder: 'FILE',
    description: 'program for the command ($BPFCOMPAT_BIN); copied into the guest with its shared libraries',
    commands: ['test-command'],
  },
  {
    name: 'expect-exit',
    type: 'integer',
    default: '0',
    placeholder: 'N',
    description: 'exit code that counts as a pass',
    commands: ['test-command'],
    min: 0,
    max: 255,
  },
] as const satisfies readonly OptionRow[];

import { UsageError } from '../model/errors.ts';
import { option, phrase, type Wording } from '../model/wording.ts';
import { missing } from './missing-option.ts';
import type { ValuesOf } from './options.ts';

/** Command mode as the command line has it. */
export interface CommandArguments {
  readonly command: string;
  /** As typed; empty without one. */
  readonly binary: string;
  readonly expectExitCode: number;
  /** Flags that messages name. */
  readonly flags: { readonly command: Wording; readonly binary: Wording };
}

/** Flags that only change how we load an object ourselves. */
const LOAD_FLAGS = [
  ...['validation-mode', 'max-insns', 'set-rodata', 'set-attach-target', 'strict-libbpf', 'no-modules', 'btf'],
] as const;

/**
 * Command mode of `test`; undefined without `--command`.
 * @param given names of the flags that were typed
 * @throws UsageError for flags that need a command, or that have no effect with one
 */
export function readCommandFlags(values: ValuesOf<'test'>, given: ReadonlySet<string>): CommandArguments | undefined {
  const { command, commandBinary: binary, commandExpectExit: expectExitCode } = values;
  if (!given.has('command')) {
    const orphan = (['command-binary', 'command-expect-exit'] as const).find((name) => given.has(name));
    if (orphan === undefined) return undefined;
    throw new UsageError(
      'missing_flag',
      phrase`${option(orphan)} needs ${option('command')}; add the command to run, or remove it`,
    );
  }
  const idle = LOAD_FLAGS.find((name) => given.has(name));
  if (idle !== undefined) {
    const why = phrase`has no effect with ${option('command')}: the guest loads nothing by itself`;
    throw new UsageError('flag_conflict', phrase`${option(idle)} ${why}; remove one of them`);
  }
  if (command.trim() === '')
    throw new UsageError('flag_value', phrase`${option('command')} is empty; write the command to run`);
  return { command, binary, expectExitCode, flags: { command: option('command'), binary: option('command-binary') } };
}

/** The flags of `test-command` as those of `test`, all others as if they had not been typed. */
export function asTestValues({
  cmd: _cmd,
  bin: _bin,
  expectExit: _exit,
  ...values
}: ValuesOf<'test-command'>): Omit<ValuesOf<'test'>, keyof CommandKeys> {
  return {
    ...values,
    runner: 'vm',
    diskResize: 0,
    unsafeAllowHostRunner: false,
    validationMode: '',
    maxInsns: '',
    setRodata: [],
    setAttachTarget: [],
    strictLibbpf: false,
    noModules: false,
    btf: '',
    loader: '',
    loaders: [],
    sample: false,
    facts: '',
    acceptInferred: false,
  };
}

type CommandKeys = Pick<ValuesOf<'test'>, 'command' | 'commandBinary' | 'commandExpectExit'>;

/** Command mode of `test-command`. @throws UsageError without a command */
export function readTestCommand({ cmd, bin, expectExit }: ValuesOf<'test-command'>): CommandArguments {
  if (cmd.trim() === '') {
    throw missing('cmd', "'$BPFCOMPAT_BIN --check'");
  }
  return {
    command: cmd,
    binary: bin,
    expectExitCode: expectExit,
    flags: { command: option('cmd'), binary: option('bin') },
  };
}

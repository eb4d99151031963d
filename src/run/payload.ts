import { createHash } from 'node:crypto';
import type { Host } from '../host/host.ts';
import { UsageError } from '../model/errors.ts';
import type { GuestEntry } from '../model/guest-entry.ts';
import type { AssetFact, CommandFacts } from '../model/loader-command.ts';
import { option, phrase, type Wording } from '../model/wording.ts';
import { type CommandBinary, loadCommandBinary } from '../user-program/command-binary.ts';
import { type Assets, NO_ASSETS } from './assets.ts';

/** What guests get besides the object, and the command that is run in them instead of a load. */
export interface Payload {
  readonly assets: readonly AssetFact[];
  readonly entries: readonly GuestEntry[];
  readonly command: PreparedCommand | undefined;
}

/** Command mode, with the user's own program read. */
export interface PreparedCommand extends CommandFacts {
  /** undefined where the command runs only what guests have anyway. */
  readonly program: CommandBinary | undefined;
}

/** Command mode as the user has it. */
export interface CommandRequest {
  readonly command: string;
  /** Program that is brought along, relative to the current directory; empty without one. */
  readonly binary: string;
  readonly expectExitCode: number;
}

const MAX_COMMAND_BYTES = 4096;
/** A little less than the protocol carries: the shell comes on top. */
const MAX_BYTES = 240 * 1024 * 1024;
const MAX_ENTRIES = 4090;

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

/**
 * Reads what command mode needs.
 * @param origin how messages name the command and the program: their flags, or a place in a suite
 * @throws UsageError for a command that is empty or too long, and for a program that no guest can run
 */
export async function prepareCommand(
  host: Host,
  cwd: string,
  request: CommandRequest,
  origin: { readonly command: Wording; readonly binary: Wording },
): Promise<PreparedCommand> {
  const command = request.command.trim();
  if (command === '') throw new UsageError('bad_command', phrase`${origin.command} is empty; write the command to run`);
  if (/[\u0000-\u0008\u000a-\u001f\u007f]/.test(command) || Buffer.byteLength(command) > MAX_COMMAND_BYTES) {
    const words = phrase`must be one line of at most ${MAX_COMMAND_BYTES} bytes; put longer ones into a script (${option('command-binary')})`;
    throw new UsageError('bad_command', phrase`${origin.command} ${words}`);
  }
  const { binary, expectExitCode } = request;
  const program =
    binary === '' ? undefined : await loadCommandBinary(host, cwd, binary, phrase`${origin.binary} ${binary}`);
  return {
    command,
    expectExitCode,
    invocationSha256: sha256(`${command}\0expected-exit=${expectExitCode}`),
    binary: program && { basename: program.basename, sha256: program.sha256, sizeBytes: program.sizeBytes },
    program,
  };
}

/** Everything for the guests of one object. @throws UsageError where two files would be at the same place, or all are too many */
export function payloadOf(assets: Assets = NO_ASSETS, command: PreparedCommand | undefined = undefined): Payload {
  const program = command?.program?.entries ?? [];
  const places = new Map(assets.entries.map((entry) => [entry.path, entry]));
  for (const entry of program) {
    if (!places.has(entry.path)) continue;
    const message = `an asset and the program of the command both go to ${entry.path} in the guest; rename one of them`;
    throw new UsageError('asset_conflict', message);
  }
  const entries = [...assets.entries, ...program];
  const bytes = entries.reduce((sum, entry) => sum + (entry.kind === 'file' ? entry.bytes.length : 0), 0);
  if (bytes > MAX_BYTES || entries.length > MAX_ENTRIES) {
    const size = `${Math.ceil(bytes / 1024 / 1024)} MiB in ${entries.length} files`;
    throw new UsageError(
      'files_too_large',
      `assets, program and libraries are ${size}; at most 240 MiB and ${MAX_ENTRIES} files fit into a guest: strip the program or name fewer assets`,
    );
  }
  return { assets: assets.facts, entries, command };
}

/** What reports say of a command: all but the bytes. */
export function commandFacts({ command, expectExitCode, invocationSha256, binary }: PreparedCommand): CommandFacts {
  return { command, expectExitCode, invocationSha256, binary };
}

/** What makes a payload the same one on another machine: contents, and no paths of this one. */
export function payloadIdentity({ command, assets }: Payload): unknown {
  return [
    command?.invocationSha256,
    command?.binary?.sha256,
    assets.map(({ path, sha256: digest, executable }) => [path, digest, executable]),
  ];
}

/** Digest that stands for the object in reports of a command that has none. */
export function syntheticDigest({ invocationSha256, binary }: CommandFacts): string {
  return sha256(binary === undefined ? invocationSha256 : `${invocationSha256}\0${binary.sha256}`);
}

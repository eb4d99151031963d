import { dirname, join, posix } from 'node:path';
import { hasElfMagic } from '../elf/elf-file.ts';
import type { Host } from '../host/host.ts';
import type { Artifact } from '../model/cell.ts';
import { HostError, UsageError, wordingOf } from '../model/errors.ts';
import { REMOTE_ROOT } from '../model/guest-entry.ts';
import { option, phrase } from '../model/wording.ts';
import { commandJson } from '../report/command.ts';
import type { ShelvedSubject } from './object-shelf.ts';
import type { Payload } from './payload.ts';

/** Name of an artifact's files in a run directory; the position keeps artifacts of one name apart. */
export function stagedName(artifact: Artifact, index: number): string {
  return `${index + 1}-${artifact.name.replace(/[^A-Za-z0-9._-]/g, '-')}`;
}

/**
 * Keeps the very bytes that the guests get in `input/` of the run directory (docs/evidence.md), so that a run can be
 * repeated after the file was built again. What is not an ELF file is not kept: it can be anything, and evidence is published.
 * @returns the path of each copy
 * @throws HostError when they cannot be written; the run directory is gone then
 */
export async function stageInputs(
  host: Host,
  runDir: string,
  inputs: readonly ShelvedSubject[],
  payload?: Payload,
): Promise<(string | undefined)[]> {
  const dir = join(runDir, 'input');
  try {
    await host.files.makeDir(dir);
    const copies: (string | undefined)[] = inputs.map(() => undefined);
    for (const [index, { artifact, content }] of inputs.entries()) {
      const { bytes } = await content();
      // A command that needs no object has none.
      if (!hasElfMagic(bytes)) continue;
      const isOwnFile = inputs.length === 1 && artifact.source === undefined;
      const name = isOwnFile ? artifact.basename : `${stagedName(artifact, index)}.o`;
      const path = join(dir, name);
      await host.files.writeAtomic(path, bytes);
      copies[index] = path;
    }
    if (payload !== undefined) await stagePayload(host, dir, payload);
    return copies;
  } catch (cause) {
    await host.files.remove(runDir);
    if (cause instanceof UsageError) throw cause;
    const remedy = phrase`check the space and permissions of the work directory (${option('workdir')})`;
    throw new HostError('workdir_unwritable', phrase`cannot write ${dir}: ${wordingOf(cause)}; ${remedy}`, { cause });
  }
}

/** The command, its program and the assets, as the guests get them: `command.json`, `bin/`, `assets/`. */
async function stagePayload(host: Host, dir: string, { command, assets, entries }: Payload): Promise<void> {
  if (command !== undefined) {
    const { program } = command;
    await host.files.writeAtomic(join(dir, 'command.json'), `${JSON.stringify(commandJson({ command }), null, 2)}\n`);
    if (program !== undefined) {
      await host.files.makeDir(join(dir, 'bin'));
      await host.files.writeAtomic(join(dir, 'bin', program.basename), program.bytes);
    }
  }
  const bytes = new Map(
    entries.flatMap((entry) => (entry.kind === 'file' ? [[entry.path, entry.bytes] as const] : [])),
  );
  for (const { path } of assets) {
    const content = bytes.get(posix.join(REMOTE_ROOT, path));
    if (content === undefined) continue;
    await host.files.makeDir(dirname(join(dir, 'assets', path)));
    await host.files.writeAtomic(join(dir, 'assets', path), content);
  }
}

import { join } from 'node:path';
import type { Host } from '../host/host.ts';
import type { Artifact } from '../model/cell.ts';
import { HostError, messageOf } from '../model/errors.ts';

/** Name of an artifact's files in a run directory; the position keeps artifacts of one name apart. */
export function stagedName(artifact: Artifact, index: number): string {
  return `${index + 1}-${artifact.name.replace(/[^A-Za-z0-9._-]/g, '-')}`;
}

/**
 * Keeps the very bytes that the guests get in `input/` of the run directory (contract section 5.5), so that a run can be
 * repeated after the file was built anew.
 * @throws HostError when they cannot be written; the run directory is gone then
 */
export async function stageInputs(
  host: Host,
  runDir: string,
  inputs: readonly { readonly artifact: Artifact; readonly bytes: Uint8Array }[],
): Promise<void> {
  const dir = join(runDir, 'input');
  try {
    await host.files.makeDir(dir);
    for (const [index, { artifact, bytes }] of inputs.entries()) {
      const name = inputs.length === 1 ? artifact.basename : `${stagedName(artifact, index)}.o`;
      await host.files.writeAtomic(join(dir, name), bytes);
    }
  } catch (cause) {
    await host.files.remove(runDir);
    const remedy = 'check the space and permissions of the work directory (--workdir)';
    throw new HostError('workdir_unwritable', `cannot write ${dir}: ${messageOf(cause)}; ${remedy}`, { cause });
  }
}

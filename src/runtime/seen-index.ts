import { join } from 'node:path';
import * as z from 'zod';
import type { Host } from '../host/host.ts';
import { HostError } from '../model/errors.ts';
import { type SeenIndex, type UsableIndex, verifyIndex } from './artifact-index.ts';
import { MAX_BUNDLE_BYTES } from './envelope.ts';
import { storeFile } from './store.ts';
import type { Trust } from './trust.ts';
import type { VerifyProblem } from './verify.ts';

const Seen = z.record(z.string(), z.object({ version: z.number().int().positive(), sha256: z.string() }));

async function readSeen(host: Host, path: string): Promise<Record<string, SeenIndex>> {
  if ((await host.files.stat(path)) === undefined) return {};
  try {
    return Seen.parse(JSON.parse((await host.files.read(path, MAX_BUNDLE_BYTES)).toString('utf8')));
  } catch (cause) {
    // Without it an older index would be taken again: no one may lose it by chance.
    throw new HostError(
      'index_state_invalid',
      `${path} was damaged: which versions of indexes were seen is not known; restore it, or remove it to start over`,
      { cause },
    );
  }
}

/**
 * Checks an index and remembers its version, so that an older one is not taken later.
 * @param file absolute
 * @throws HostError where the memory was damaged
 */
export async function useIndex(
  host: Host,
  { file, workdir, trust }: { readonly file: string; readonly workdir: string; readonly trust: Trust },
): Promise<UsableIndex | VerifyProblem> {
  const bytes = await host.files.readHead(file, MAX_BUNDLE_BYTES + 1);
  const path = storeFile(workdir, 'index-seen.json');
  await host.files.makeDir(join(path, '..'), 0o700);
  await using _lock = await host.files.lock(`${path}.lock`);
  const seen = await readSeen(host, path);
  const result = verifyIndex(bytes, trust, host.now(), (id) => (Object.hasOwn(seen, id) ? seen[id] : undefined));
  if (!result.ok) return { code: result.code, detail: result.detail };
  const { id, index, bundleSha256 } = result.usable;
  if (seen[id]?.version !== index.version) {
    const next = { ...seen, [id]: { version: index.version, sha256: bundleSha256 } };
    await host.files.writeDurably(path, `${JSON.stringify(next, null, 2)}\n`);
  }
  return result.usable;
}

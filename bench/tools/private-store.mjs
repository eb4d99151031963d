// A cache directory for this run alone: the kernels of the user's own, no saved guests. What the bench does to saved
// guests (make them, throw them away) is no one else's business, and no one else's runs can evict ours.
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fetchKernels, isRecordOf, knownKernels } from '../../lib/index.js';
import { storeRoot } from '../../lib/kernels/store-root.js';

/** Fetches what is missing into the user's store. @throws Error that names the kernels that cannot be had */
async function storeKernels(env, kernels) {
  const failures = [];
  await fetchKernels({
    env,
    choice: { kind: 'ids', ids: kernels, origin: 'bench' },
    onEnd: (profile, result) => result instanceof Error && failures.push(`${profile}: ${result.message}`),
  });
  if (failures.length > 0) throw new Error(`these kernels cannot be had:\n${failures.join('\n')}`);
}

/**
 * Makes the private directory beside the user's kernels (same file system: saved guests are large) with copies of
 * them, and removes it when this process ends.
 */
export async function openPrivateStore(env, kernels) {
  await storeKernels(env, kernels);
  const shared = storeRoot(env);
  const root = mkdtempSync(join(shared, 'bench-'));
  process.on('exit', () => rmSync(root, { recursive: true, force: true }));
  for (const name of ['blobs', 'kernels', 'accel.json']) {
    if (existsSync(join(shared, name))) cpSync(join(shared, name), join(root, name), { recursive: true });
  }
  const templates = join(root, 'templates');
  const { store, profiles } = await knownKernels({ env: { ...env, BPFCOMPAT_CACHE_DIR: root } });
  const blob = (id, part) => {
    const profile = profiles.find((one) => one.id === id);
    // Not every stored kernel of that name is the one of the catalog: others have brought theirs, and blocks change.
    const stored = profile && store.kernels.find(({ record }) => isRecordOf(record, profile));
    if (stored === undefined) throw new Error(`${id} is not stored`);
    return join(root, 'blobs', 'sha256', stored.record[part].sha256);
  };
  return {
    shared,
    root,
    env: { ...env, BPFCOMPAT_CACHE_DIR: root },
    /** As if no guest had ever run here: only the kernels stay. */
    forgetGuests() {
      for (const name of ['templates', 'initramfs']) rmSync(join(root, name), { recursive: true, force: true });
    },
    vmlinuzOf: (profile) => blob(profile, 'vmlinuz'),
    configOf: (profile) => blob(profile, 'config'),
    /** Number of saved guests, how many have read their kernel's names, and the bytes they take on disk. */
    saved() {
      mkdirSync(templates, { recursive: true });
      const metas = readdirSync(templates)
        .map((name) => join(templates, name, 'meta.json'))
        .filter(existsSync);
      const named = metas.filter((path) => JSON.parse(readFileSync(path, 'utf8')).named).length;
      const stats = metas.map((path) => statSync(join(dirname(path), 'ram')));
      return { count: stats.length, named, bytes: stats.reduce((total, { blocks }) => total + blocks * 512, 0) };
    },
  };
}

import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createServices, environmentOf } from '../../../src/api/services.ts';
import { useStore } from '../../../src/api/store-use.ts';
import { findProfile } from '../../../src/config/catalog.ts';
import { createCatalog } from '../../../src/run/resolve.ts';

/** What virtme-ng and its guests load. */
const MODULES = '9p 9pnet_virtio virtiofs overlay virtio_pci virtio_mmio virtio_console dummy veth'.split(' ');

/**
 * A stored kernel as it is after its installation, with some of its modules below `dir`.
 * @returns the path of its image
 */
export async function kernelTree(dir: string, id: string): Promise<string> {
  const environment = environmentOf({});
  const { signal } = new AbortController();
  const profile = await findProfile(createCatalog(environment), id);
  await using store = await useStore(environment.host, signal);
  const options = { arches: [profile.arch], isolation: 'boot', offline: false, refresh: false, signal } as const;
  const services = await createServices(environment, store, { ...options, onEvent: () => {} });
  const quiet = { signal, onProgress: () => {}, onNote: () => {} };
  const { files } = await services.ensureKernel(profile, quiet);
  const { record } = files;
  const shelf = await services.ensureModules?.(profile, record, quiet);
  const chosen = await shelf?.choose([], { load: MODULES, forbid: [] });
  const boot = join(dir, 'boot');
  const modules = join(dir, 'lib/modules', record.release, 'kernel');
  for (const made of [boot, modules]) await mkdir(made, { recursive: true });
  const image = join(boot, `vmlinuz-${record.release}`);
  await environment.host.files.copy(files.vmlinuz, image);
  if (files.config !== undefined)
    await environment.host.files.copy(files.config, join(boot, `config-${record.release}`));
  for (const { name, path } of files.modules) await environment.host.files.copy(path, join(modules, `${name}.ko`));
  const names = chosen?.modules.map(({ name }) => name) ?? [];
  for (const { name, bytes } of (await shelf?.read(names, signal)) ?? [])
    await writeFile(join(modules, `${name}.ko`), bytes);
  for (const list of ['modules.order', 'modules.builtin']) await writeFile(join(modules, '..', list), '');
  return image;
}

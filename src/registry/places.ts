import { join } from 'node:path';
import type { Host } from '../host/host.ts';
import { ID_PATTERN } from '../model/kernel.ts';

/** Directory of the registry in the work directory. */
const TOP = 'cloud-registry';

/** A project of a tenant. Both are names that may be parts of a path. */
export interface ProjectName {
  readonly tenant: string;
  readonly project: string;
}

/** Whether a name may be a directory of the registry: what `..` or a slash is never gets that far. */
const isPlainName = (name: string): boolean => ID_PATTERN.test(name);

/**
 * A place below the registry, none of whose directories is a link: a work directory may come with a repository.
 * @throws UsageError `link_in_workdir`; Error for a part that is no plain name
 */
export async function registryPlace(host: Host, workdir: string, ...parts: readonly string[]): Promise<string> {
  let at = workdir;
  for (const part of [TOP, ...parts]) {
    if (!isPlainName(part)) throw new Error(`${JSON.stringify(part)} is no name of the registry`);
    at = join(at, part);
    await host.files.rejectLink(at);
  }
  return at;
}

/** Directory of a project: its history and keys are those of a work directory. @throws as `registryPlace` */
export function projectDir(host: Host, workdir: string, { tenant, project }: ProjectName): Promise<string> {
  return registryPlace(host, workdir, 'tenants', tenant, 'projects', project);
}

/** Names of the directories in a place of the registry, sorted; none where there is none. */
export async function namesIn(host: Host, dir: string): Promise<string[]> {
  if (!(await host.files.stat(dir))?.isDirectory) return [];
  return (await host.files.list(dir)).filter(isPlainName).sort();
}

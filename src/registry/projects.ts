import { dirname, join } from 'node:path';
import * as z from 'zod';
import type { Host } from '../host/host.ts';
import { UsageError } from '../model/errors.ts';
import { namesIn, type ProjectName, projectDir, registryPlace } from './places.ts';

const MAX_BYTES = 64 * 1024;
const FILE = 'project.json';

export const VISIBILITIES = ['private', 'public'] as const;

/** `project.json`, `cloud_registry_project.v0.1`. What is public is read without a token. */
export const RegistryProject = z.object({
  schema_version: z.literal('cloud_registry_project.v0.1'),
  tenant: z.string(),
  project: z.string(),
  visibility: z.enum(VISIBILITIES),
  default_matrix_path: z.string().optional(),
  created_at: z.string(),
  updated_at: z.string(),
});
export type RegistryProject = z.infer<typeof RegistryProject>;

/** A project; undefined for one that there is not. @throws UsageError for a file that was damaged */
export async function readProject(
  host: Host,
  workdir: string,
  name: ProjectName,
): Promise<RegistryProject | undefined> {
  const path = join(await projectDir(host, workdir, name), FILE);
  await host.files.rejectLink(path);
  if ((await host.files.stat(path)) === undefined) return undefined;
  try {
    return RegistryProject.parse(JSON.parse((await host.files.read(path, MAX_BYTES)).toString('utf8')));
  } catch (cause) {
    throw new UsageError('registry_project_invalid', `${path} is not a project file; restore it from a copy`, {
      cause,
    });
  }
}

/** The projects of a tenant, by name. */
export async function listProjects(host: Host, workdir: string, tenant: string): Promise<RegistryProject[]> {
  const names = await namesIn(host, await registryPlace(host, workdir, 'tenants', tenant, 'projects'));
  const projects = await Promise.all(names.map((project) => readProject(host, workdir, { tenant, project })));
  return projects.filter((one) => one !== undefined);
}

/**
 * Makes a project, or changes one: what is not said stays, also where two change it at the same time.
 * @param most projects of a tenant, 0 = any @throws UsageError `quota_exceeded`
 */
export async function saveProject(
  host: Host,
  workdir: string,
  name: ProjectName,
  said: Partial<Pick<RegistryProject, 'visibility' | 'default_matrix_path'>>,
  most = 0,
): Promise<RegistryProject> {
  const dir = await projectDir(host, workdir, name);
  const all = dirname(dir);
  await host.files.makeDir(all, 0o700);
  await using _lock = await host.files.lock(join(all, '.projects.lock'));
  const before = await readProject(host, workdir, name);
  if (before === undefined && most > 0 && (await namesIn(host, all)).length >= most)
    throw new UsageError('quota_exceeded', `the tenant has ${most} projects, and no more may be made`);
  await host.files.makeDir(dir, 0o700);
  const now = host.now().toISOString();
  const matrix = said.default_matrix_path ?? before?.default_matrix_path;
  const project: RegistryProject = {
    schema_version: 'cloud_registry_project.v0.1',
    tenant: name.tenant,
    project: name.project,
    visibility: said.visibility ?? before?.visibility ?? 'private',
    ...(matrix && { default_matrix_path: matrix }),
    created_at: before?.created_at ?? now,
    updated_at: now,
  };
  await host.files.writeAtomic(join(dir, FILE), `${JSON.stringify(project, null, 2)}\n`);
  return project;
}

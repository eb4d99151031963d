import { join } from 'node:path';
import type { HistoryRecord } from '../history/record.ts';
import { signerOf } from '../history/signer.ts';
import { appendHistory } from '../history/store.ts';
import type { VerificationRow } from '../history/verify.ts';
import type { Host } from '../host/host.ts';
import { UsageError } from '../model/errors.ts';
import { checkedLinesOf, linesOf } from './known-history.ts';
import { namesIn, type ProjectName, projectDir, registryPlace } from './places.ts';

/** What a project may hold; undefined: no limit. */
export interface Quotas {
  readonly versionsOfName: number | undefined;
  readonly projectBytes: number | undefined;
}

/** An object that was received, with what is recorded of it. */
export interface NewArtifact {
  /** Where it lies now. It is moved from there. */
  readonly file: string;
  readonly bytes: number;
  readonly sha256: string;
  /** Text of its report, or of what its sender says in the place of one. */
  readonly report: string;
  readonly record: Omit<HistoryRecord, 'artifact_path' | 'json_report_path' | 'artifact_sha256'>;
}

type Named = Pick<HistoryRecord, 'artifact_name' | 'artifact_version'>;

async function versionDir(host: Host, workdir: string, { tenant, project }: ProjectName, one: Named): Promise<string> {
  const parts = ['tenants', tenant, 'projects', project, 'artifacts', one.artifact_name, one.artifact_version];
  return registryPlace(host, workdir, ...parts);
}

/** Bytes of all files in a directory and below it. */
async function bytesIn(host: Host, dir: string): Promise<number> {
  let sum = 0;
  if ((await host.files.stat(dir)) === undefined) return sum;
  await host.files.rejectLinksIn(dir);
  for (const name of await host.files.list(dir)) {
    const stat = await host.files.stat(join(dir, name));
    sum += stat?.isDirectory ? await bytesIn(host, join(dir, name)) : (stat?.size ?? 0);
  }
  return sum;
}

async function checkQuotas(
  host: Host,
  dir: string,
  { record, bytes, report }: NewArtifact,
  { versionsOfName, projectBytes }: Quotas,
): Promise<void> {
  const full = (words: string): UsageError => new UsageError('quota_exceeded', words);
  if (versionsOfName !== undefined) {
    const { length: versions } = await namesIn(host, join(dir, 'artifacts', record.artifact_name));
    if (versions >= versionsOfName)
      throw full(`${record.artifact_name} has ${versions} versions, and ${versionsOfName} is the most`);
  }
  if (projectBytes === undefined) return;
  const stored = (await bytesIn(host, join(dir, 'artifacts'))) + (await bytesIn(host, join(dir, 'reports')));
  if (stored + bytes + Buffer.byteLength(report) > projectBytes)
    throw full(`the project has ${stored} bytes, and ${projectBytes} is the most with this artifact`);
}

/**
 * Puts an object into a project and signs a record of it. What is there already is never changed.
 * @returns the record @throws UsageError `version_exists`, `quota_exceeded`
 */
export async function storeArtifact(
  host: Host,
  workdir: string,
  project: ProjectName,
  artifact: NewArtifact,
  quotas: Quotas,
): Promise<HistoryRecord> {
  const { record, sha256, report } = artifact;
  const dir = await projectDir(host, workdir, project);
  const own = await versionDir(host, workdir, project, record);
  const reports = await registryPlace(host, workdir, 'tenants', project.tenant, 'projects', project.project, 'reports');
  await using _lock = await host.files.lock(join(dir, '.upload.lock'));
  const name = `${record.artifact_name}@${record.artifact_version}`;
  const isThere = async (): Promise<boolean> =>
    (await artifactsOf(host, workdir, project)).some((one) => isVersion(one, record));
  if (await isThere()) throw new UsageError('version_exists', `${name} is there already; upload another version`);
  // Of an upload that was killed: nothing can be had that has no record.
  await host.files.remove(own);
  await checkQuotas(host, dir, artifact, quotas);
  await host.files.makeDir(own, 0o700);
  // What stands in no name keeps "a-b" of "c" apart from "a" of "b-c".
  const names = { object: `${sha256}.bpf.o`, report: `${name}-${sha256}.json` };
  const full = {
    ...record,
    artifact_sha256: sha256,
    artifact_path: `artifacts/${record.artifact_name}/${record.artifact_version}/${names.object}`,
    json_report_path: `reports/${names.report}`,
  };
  try {
    await host.files.makeDir(reports, 0o700);
    await host.files.writeAtomic(join(reports, names.report), report);
    await host.files.rename(artifact.file, join(own, names.object));
    await appendHistory(host, dir, [full], await signerOf(host, dir));
  } catch (error) {
    if (await isThere()) throw error;
    await host.files.remove(own);
    await host.files.remove(join(reports, names.report));
    throw error;
  }
  const records = await artifactsOf(host, workdir, project);
  return records.find((one) => isVersion(one, full)) ?? full;
}

const isVersion = (one: Named, { artifact_name: name, artifact_version: version }: Named): boolean =>
  one.artifact_name === name && one.artifact_version === version;

/** The records of a project, the newest first. */
export async function artifactsOf(host: Host, workdir: string, project: ProjectName): Promise<HistoryRecord[]> {
  const lines = await linesOf(host, await projectDir(host, workdir, project));
  return lines.flatMap(({ record }) => record ?? []).reverse();
}

/** The records of a project, each checked. */
export async function verifyProject(
  host: Host,
  workdir: string,
  project: ProjectName,
): Promise<readonly VerificationRow[]> {
  return (await checkedLinesOf(host, await projectDir(host, workdir, project))).rows;
}

/** An object of a project was changed since it was stored. */
export function artifactChanged(what: 'the record' | 'the object', version: Named): UsageError {
  return new UsageError(
    'artifact_changed',
    `${what} of ${version.artifact_name}@${version.artifact_version} was changed`,
  );
}

/**
 * Where the object of a version lies, and the digest that its verified record has.
 * @returns undefined for a version that there is not
 * @throws UsageError `artifact_changed` where its record is not the one that was stored
 */
export async function findArtifact(
  host: Host,
  workdir: string,
  project: ProjectName,
  version: Named,
): Promise<{ readonly path: string; readonly sha256: string } | undefined> {
  const { lines, rows } = await checkedLinesOf(host, await projectDir(host, workdir, project));
  const index = lines.findLastIndex(({ record }) => record !== undefined && isVersion(record, version));
  const sha256 = lines[index]?.record?.artifact_sha256;
  if (sha256 === undefined) return undefined;
  if (rows[index]?.verified !== true || !/^[0-9a-f]{64}$/.test(sha256)) throw artifactChanged('the record', version);
  const path = join(await versionDir(host, workdir, project, version), `${sha256}.bpf.o`);
  await host.files.rejectLink(path);
  return { path, sha256 };
}

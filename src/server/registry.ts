import type { FastifyReply, FastifyRequest } from 'fastify';
import type { HistoryRecord } from '../history/record.ts';
import { UsageError } from '../model/errors.ts';
import { artifactChanged, artifactsOf, findArtifact, storeArtifact, verifyProject } from '../registry/artifacts.ts';
import { addAuditEvent, readAuditEvents } from '../registry/audit.ts';
import { type ProjectName, registryPlace } from '../registry/places.ts';
import { listProjects, type RegistryProject, readProject, saveProject } from '../registry/projects.ts';
import type { Caller } from './access.ts';
import { checkedStream } from './own-file.ts';
import { ApiError, problemOf } from './problem.ts';
import { checkReach } from './registry-access.ts';
import { checkRate } from './registry-rate.ts';
import { quotasOf, receiveArtifact } from './registry-upload.ts';
import type { BodyOf, QueryOf, RouteName } from './routes.ts';
import { ROUTES } from './routes.ts';
import type { Services } from './services.ts';
import { needSpace } from './space.ts';

/** What every handler of the registry gets. */
interface Call {
  readonly caller: Caller;
  readonly request: FastifyRequest;
  readonly reply: FastifyReply;
  readonly services: Services;
}

type On = { readonly tenant: string; readonly project?: string | undefined };

/** Statuses of what the registry says, besides those that all errors have. */
const STATUS: Readonly<Record<string, number>> = { version_exists: 409, quota_exceeded: 429, artifact_changed: 412 };

function registryProblem(error: unknown): unknown {
  if (!(error instanceof UsageError)) return error;
  const status = STATUS[error.code];
  // Quotas do not pass by themselves: there is no time after which the same works.
  return status === undefined ? error : new ApiError(status, error.code, error.message);
}

/** Writes down what a caller with a token did, or was not let do; of those without one, only the log speaks. */
async function audited<T>(
  name: RouteName,
  { caller, services }: Call,
  about: On & Partial<Pick<HistoryRecord, 'artifact_name' | 'artifact_version'>>,
  work: () => Promise<T>,
): Promise<T> {
  const { host, settings } = services;
  const { registryAuditBytes: maxBytes, registryAuditFiles: maxFiles } = settings.env;
  const add = async (status: string, message?: string): Promise<void> => {
    if (caller.kind === 'nobody') return;
    const row = { action: ROUTES[name].action, actor: caller.subject, ...about, status, ...(message && { message }) };
    await addAuditEvent(host, settings.workdir, row, { maxBytes, maxFiles });
  };
  let result: T;
  try {
    result = await work();
  } catch (error) {
    const known = registryProblem(error);
    const { status, code } = problemOf(known);
    await add(status === 401 || status === 403 ? 'denied' : 'error', code);
    throw known;
  }
  await add('ok');
  return result;
}

function open(name: RouteName, call: Call, on: On): void {
  const { action } = ROUTES[name];
  checkRate(call.request, call.caller, { action, on: { tenant: on.tenant, project: on.project ?? '' } }, call.services);
}

/** The project that a request is about, for a caller whom it is for. @throws ApiError 401, 403, 404 */
async function projectOf(caller: Caller, name: ProjectName, { host, settings }: Services): Promise<RegistryProject> {
  checkReach(caller, name);
  const project = await readProject(host, settings.workdir, name);
  if (project) return project;
  throw new ApiError(404, 'project_unknown', 'there is no such project; registry/projects makes one');
}

/** The same for what everybody may read of a public project: a token of another takes nothing away. */
async function readableProjectOf(caller: Caller, name: ProjectName, services: Services): Promise<RegistryProject> {
  const project = await readProject(services.host, services.settings.workdir, name);
  // Nobody hears whether there is one that is not theirs to see.
  return project?.visibility === 'public' ? project : projectOf(caller, name, services);
}

export async function projectList(query: QueryOf<'registryProjects'>, call: Call) {
  const { host, settings } = call.services;
  open('registryProjects', call, query);
  const { tenant, project } = query;
  checkReach(call.caller, query);
  if (project === undefined) return { projects: await listProjects(host, settings.workdir, tenant) };
  return { projects: [await projectOf(call.caller, { tenant, project }, call.services)] };
}

export async function projectUpsert(body: BodyOf<'registryUpsert'>, call: Call) {
  const { host, settings } = call.services;
  open('registryUpsert', call, body);
  const { tenant, project: name, visibility, default_matrix_path: matrix } = body;
  return audited('registryUpsert', call, { tenant, project: name }, async () => {
    checkReach(call.caller, body);
    await needSpace(call.services);
    const said = { ...(visibility && { visibility }), ...(matrix && { default_matrix_path: matrix }) };
    return {
      project: await saveProject(
        host,
        settings.workdir,
        { tenant, project: name },
        said,
        settings.env.registryProjects,
      ),
    };
  });
}

export async function artifactUpload(call: Call) {
  const { services, request } = call;
  const { host, settings } = services;
  await needSpace(services);
  const incoming = await registryPlace(host, settings.workdir, 'incoming');
  await host.files.makeDir(incoming, 0o700);
  // What a server left that was killed.
  await host.files.sweep(incoming);
  await using temporary = await host.files.tempDir('bpfcompat-upload-', incoming);
  const { path: dir } = temporary;
  const { form, artifact } = await receiveArtifact(request, dir, services);
  const { tenant, project, artifact_name, artifact_version } = form;
  const on = { tenant, project };
  open('registryUpload', call, on);
  return await audited('registryUpload', call, { ...on, artifact_name, artifact_version }, async () => {
    const own = await projectOf(call.caller, on, services);
    const record = await storeArtifact(host, settings.workdir, on, artifact, quotasOf(settings.env));
    const query = new URLSearchParams({ tenant, project, artifact_name, version: artifact_version });
    return {
      result: {
        project: own,
        record,
        stored_artifact_path: record.artifact_path,
        stored_artifact_uri: `registry://${tenant}/${project}/${artifact_name}/${artifact_version}`,
        artifact_size_bytes: artifact.bytes,
      },
      download_uri: `/api/v1/registry/artifacts/download?${query}`,
    };
  });
}

export async function artifactList(query: QueryOf<'registryArtifacts'>, call: Call) {
  const { host, settings } = call.services;
  open('registryArtifacts', call, query);
  await readableProjectOf(call.caller, query, call.services);
  const all = await artifactsOf(host, settings.workdir, query);
  const { artifact_name: name, limit } = query;
  return { records: all.filter((one) => name === undefined || one.artifact_name === name).slice(0, limit) };
}

export async function artifactDownload(query: QueryOf<'registryDownload'>, call: Call): Promise<undefined> {
  const { services, reply } = call;
  const { host, settings } = services;
  const { tenant, project, artifact_name, version: artifact_version } = query;
  open('registryDownload', call, query);
  const version = { artifact_name, artifact_version };
  let file: Awaited<ReturnType<typeof checkedStream>>;
  const found = await audited('registryDownload', call, { tenant, project, ...version }, async () => {
    await readableProjectOf(call.caller, query, services);
    const artifact = await findArtifact(host, settings.workdir, query, version);
    if (artifact === undefined) throw new ApiError(404, 'version_unknown', 'there is no such version in this project');
    file = await checkedStream(artifact.path, artifact.sha256);
    if (file === undefined) throw artifactChanged('the object', version);
    return { ...file, sha256: artifact.sha256 };
  }).catch((error: unknown) => {
    // The trail cannot be written: it is not sent.
    file?.stream.destroy();
    throw error;
  });
  reply
    .header('x-bpf-sha256', found.sha256)
    .header('content-disposition', `attachment; filename="${artifact_name}-${artifact_version}.bpf.o"`)
    .header('content-length', found.size)
    .type('application/octet-stream')
    .send(found.stream);
  return undefined;
}

export async function historyVerify(query: QueryOf<'registryVerify'>, call: Call) {
  const { host, settings } = call.services;
  open('registryVerify', call, query);
  await readableProjectOf(call.caller, query, call.services);
  const verification = await verifyProject(host, settings.workdir, query);
  const failed = verification.filter(({ verified }) => !verified).length;
  return { verification, summary: { total: verification.length, failed } };
}

export async function auditList(query: QueryOf<'registryAudit'>, call: Call) {
  const { host, settings } = call.services;
  open('registryAudit', call, query);
  checkReach(call.caller, query);
  return { records: (await readAuditEvents(host, settings.workdir, query)).reverse() };
}

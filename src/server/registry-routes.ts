import type { Access } from './access.ts';
import * as registryShapes from './registry-schemas.ts';
import type { Route } from './route.ts';

const registry = (may: 'read' | 'write', isPublic = false) =>
  ({ kind: 'registry', may, isPublic }) as const satisfies Access;

/** Routes of the registry (docs/server.md). */
export const REGISTRY_ROUTES = {
  registryProjects: {
    ...{ method: 'GET', path: 'registry/projects', at: 'api', action: 'registry_project_list' },
    access: registry('read'),
    summary: 'Projects of a tenant, or one of them',
    query: registryShapes.ProjectsQuery,
    responses: { 200: { description: 'the projects', schema: registryShapes.Projects } },
    problems: [404],
  },
  registryUpsert: {
    ...{ method: 'POST', path: 'registry/projects', at: 'api', action: 'registry_project_upsert' },
    access: registry('write'),
    summary: 'Make a project, or change one',
    body: registryShapes.ProjectBody,
    responses: { 200: { description: 'the project', schema: registryShapes.Project } },
    problems: [413, 415],
  },
  registryUpload: {
    ...{ method: 'POST', path: 'registry/artifacts/upload', at: 'api', action: 'registry_artifact_upload' },
    access: registry('write'),
    summary: 'Add a version of an object to a project, with what was found out about it',
    form: registryShapes.UploadRequest,
    responses: { 200: { description: 'its signed record', schema: registryShapes.Uploaded } },
    problems: [404, 409, 413, 415],
  },
  registryArtifacts: {
    ...{ method: 'GET', path: 'registry/artifacts', at: 'api', action: 'registry_artifact_list' },
    access: registry('read', true),
    summary: 'Signed records of a project, newest first',
    query: registryShapes.ArtifactsQuery,
    responses: { 200: { description: 'the records', schema: registryShapes.Artifacts } },
    problems: [404],
  },
  registryDownload: {
    ...{ method: 'GET', path: 'registry/artifacts/download', at: 'api', action: 'registry_artifact_download' },
    access: registry('read', true),
    summary: 'The bytes of a version, checked against its record; X-BPF-SHA256 has their digest',
    query: registryShapes.DownloadQuery,
    responses: { 200: { description: 'the object', content: 'application/octet-stream' } },
    problems: [404, 412],
  },
  registryVerify: {
    ...{ method: 'GET', path: 'registry/history/verify', at: 'api', action: 'registry_history_verify' },
    access: registry('read', true),
    summary: 'Whether the records of a project are unchanged, linked and signed',
    query: registryShapes.ProjectQuery,
    responses: { 200: { description: 'each record, and how many failed', schema: registryShapes.Verified } },
    problems: [404],
  },
  registryAudit: {
    ...{ method: 'GET', path: 'registry/audit/events', at: 'api', action: 'registry_audit_list' },
    access: registry('read'),
    summary: 'What was done in a project or a tenant, newest first',
    query: registryShapes.AuditQuery,
    responses: { 200: { description: 'the events', schema: registryShapes.AuditEvents } },
  },
} as const satisfies Readonly<Record<string, Route>>;

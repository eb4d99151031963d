import { flag, type ServerVariable, text } from './server-variable.ts';

/** Variables of the registry of `serve`, by the name that the code has for them. */
export const REGISTRY_VARIABLES = {
  registryToken: text(
    'BPFCOMPAT_REGISTRY_AUTH_TOKEN',
    'token (at least 16 characters) for all projects of the registry; it and cloud-registry/auth/tokens.json switch the registry on',
  ),
  registryTokenFrom: text('BPFCOMPAT_REGISTRY_AUTH_TOKEN_NOT_BEFORE', 'RFC 3339 time from which that token counts'),
  registryTokenTo: text('BPFCOMPAT_REGISTRY_AUTH_TOKEN_EXPIRES_AT', 'RFC 3339 time at which it counts no more'),
  registryIdentity: flag(
    'BPFCOMPAT_API_REGISTRY_REQUIRE_IDENTITY',
    'routes of the registry need a JWT or a certificate of the same tenant and project besides the token',
  ),
  registryAuditBytes: {
    ...text(
      'BPFCOMPAT_REGISTRY_AUDIT_MAX_BYTES',
      'the audit trail of the registry begins a new file then; 0 = never',
      '67108864',
    ),
    kind: 'count',
  },
  registryAuditFiles: {
    ...text('BPFCOMPAT_REGISTRY_AUDIT_MAX_FILES', 'older files of the audit trail that are kept', '10'),
    kind: 'count',
    max: 1000,
  },
  registryRequests: {
    ...text(
      'BPFCOMPAT_REGISTRY_RATE_LIMIT_MAX_REQUESTS',
      'requests of one action, subject and project in a window, without a token of one action and address; 0 = any',
      '120',
    ),
    kind: 'count',
  },
  registryWindow: {
    ...text('BPFCOMPAT_REGISTRY_RATE_LIMIT_WINDOW_SECONDS', 'seconds of that window', '60'),
    kind: 'count',
    min: 1,
    max: 86_400,
  },
  registryObjectBytes: {
    ...text(
      'BPFCOMPAT_REGISTRY_MAX_ARTIFACT_BYTES',
      'size of an object of the registry, at most; 0 = that of an upload',
      '0',
    ),
    kind: 'count',
  },
  registryVersions: {
    ...text('BPFCOMPAT_REGISTRY_MAX_ARTIFACT_VERSIONS_PER_NAME', 'versions of one object, at most; 0 = any', '0'),
    kind: 'count',
  },
  registryProjects: {
    ...text('BPFCOMPAT_REGISTRY_MAX_PROJECTS_PER_TENANT', 'projects of one tenant, at most; 0 = any', '1000'),
    kind: 'count',
  },
  registryProjectBytes: {
    ...text('BPFCOMPAT_REGISTRY_MAX_PROJECT_STORAGE_BYTES', 'bytes of one project, at most; 0 = any', '0'),
    kind: 'count',
  },
  syncOn: flag(
    'BPFCOMPAT_API_AUTO_SYNC_REGISTRY',
    'results of jobs about one object, sent with a credential, become versions of a project of the registry',
  ),
  syncTenant: text('BPFCOMPAT_API_AUTO_SYNC_TENANT', 'tenant of that project'),
  syncProject: text('BPFCOMPAT_API_AUTO_SYNC_PROJECT', 'its name; it is made when it is not there'),
  syncVisibility: text(
    'BPFCOMPAT_API_AUTO_SYNC_PROJECT_VISIBILITY',
    'private or public, for a project that is not there yet',
    'private',
  ),
} as const satisfies Readonly<Record<string, ServerVariable>>;

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ENV_VARIABLES } from '../../src/config/env.ts';
import { parseArgs } from '../../src/config/parse-args.ts';
import { notesWithoutEffect, WITHOUT_EFFECT_ROWS } from '../../src/config/without-effect.ts';
import { runIn } from '../cli/run-in.ts';

const all = (prefix: string, names: string): string[] => names.split(' ').map((name) => `BPFCOMPAT_${prefix}${name}`);

/** Every variable that the earlier tool documents. */
const EARLIER = [
  ...all('', 'LOG_FORMAT LOG_LEVEL VALIDATOR_BIN VALIDATOR_SHA256 GITHUB_MARKETPLACE_WEBHOOK_SECRET'),
  ...all('', 'AARCH64_UEFI_CODE AARCH64_UEFI_VARS ALLOW_VVFAT_SEED ENABLE_RHCOS'),
  ...all('API_WRITE_', 'KEY REQUIRE_IDENTITY'),
  ...all('API_WRITE_JWT_', 'HS256_SECRET JWKS_PATH JWKS_URL OIDC_ISSUER_URL ISSUER AUDIENCE JWKS_CACHE_TTL'),
  ...all('API_WRITE_JWT_', 'JWKS_HTTP_TIMEOUT OIDC_DISCOVERY_CACHE_TTL REQUIRED_SCOPES REQUIRED_ROLES'),
  ...all('API_', 'MTLS_IDENTITY_MAP_PATH CLIENT_CA_PATH REGISTRY_REQUIRE_IDENTITY REDACT_RUNTIME_DETAILS'),
  ...all('API_ALLOW_ANONYMOUS_', 'VALIDATE READ RUNTIME_DELIVERY WRITE'),
  ...all('API_ENABLE_', 'RUNTIME_EXECUTE METRICS PPROF'),
  ...all('API_RUNTIME_EXECUTE_', 'APPROVAL_TOKEN KILL_SWITCH POLICY_PATH REQUIRE_POLICY WORKER_USER WORKER_BINARY'),
  ...all('API_RUNTIME_EXECUTE_', 'REQUIRE_WORKER_IDENTITY JWT_REQUIRED_SCOPES JWT_REQUIRED_ROLES'),
  ...all('API_', 'TRUSTED_PROXIES SHUTDOWN_DRAIN_TIMEOUT SOURCE_COMPILE_TIMEOUT SOURCE_COMPILE_ALLOW_EXTRA_FLAGS'),
  ...all(
    'API_MAX_',
    'ACTIVE_VALIDATE_JOBS QUEUED_VALIDATE_JOBS VALIDATE_CONCURRENCY VALIDATE_PROFILES VALIDATE_TIMEOUT',
  ),
  ...all('API_AUTO_SYNC_', 'REGISTRY TENANT PROJECT PROJECT_VISIBILITY'),
  ...all('REGISTRY_', 'AUTH_TOKEN AUTH_TOKEN_NOT_BEFORE AUTH_TOKEN_EXPIRES_AT AUDIT_MAX_BYTES AUDIT_MAX_FILES'),
  ...all('REGISTRY_', 'RATE_LIMIT_MAX_REQUESTS RATE_LIMIT_WINDOW_SECONDS MAX_ARTIFACT_BYTES'),
  ...all('REGISTRY_', 'MAX_ARTIFACT_VERSIONS_PER_NAME MAX_PROJECT_STORAGE_BYTES'),
  ...all('RUNTIME_DECISIONS_', 'MAX_BYTES MAX_FILES'),
  ...all('FETCH_', 'ALLOW_FILE_URI ALLOW_INTERNAL_HOSTS MAX_BYTES'),
  ...all('', 'SIGNING_MODE SIGNING_EXTERNAL_CMD SIGNING_EXTERNAL_ARGS'),
  ...all('TRUSTED_SIGNING_', 'KEYS_PATH PUBLIC_KEYS'),
  ...all('AGENT_', 'REGISTRY_TOKEN IDENTITY_TOKEN LOAD_POLICY_PATH LAST_RESULT_PATH REQUIRE_LOAD_POLICY'),
  ...all('AGENT_', 'EXPECTED_DECISION_ID EXPECTED_SHA256 REQUIRE_APPROVAL_PINS REQUIRE_MANIFEST'),
];

test('each variable of the earlier tool is in the catalog', () => {
  expect(ENV_VARIABLES.map(({ Name }) => Name)).toEqual(expect.arrayContaining(EARLIER));
});

test('whoever reads a row without effect sees what is done instead', () => {
  for (const { Name, Description } of WITHOUT_EFFECT_ROWS) {
    expect(EARLIER).toContain(Name);
    expect(Description).toMatch(/^accepted without effect: \S/);
  }
});

let dir = '';
beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), 'without-effect-'));
});
afterAll(() => rmSync(dir, { recursive: true }));

const set = Object.fromEntries(WITHOUT_EFFECT_ROWS.map(({ Name }) => [Name, 'x']));
const names = (command: string, env: Readonly<Record<string, string>>): string[] =>
  notesWithoutEffect(command, env).map((note) => note.split(' has no effect: ')[0] ?? '');

describe('a note', () => {
  test('comes for each of them that is set, from some command', () => {
    const noted = ['serve', 'agent plan', 'runtime fetch', 'test'].flatMap((command) => names(command, set));
    expect(new Set(noted)).toEqual(new Set(Object.keys(set)));
  });

  test.each([
    ['serve', 'BPFCOMPAT_API_ENABLE_PPROF', 'BPFCOMPAT_ENABLE_RHCOS'],
    ['agent apply', 'BPFCOMPAT_AGENT_REGISTRY_TOKEN', 'BPFCOMPAT_API_ENABLE_PPROF'],
    ['runtime fetch', 'BPFCOMPAT_FETCH_ALLOW_FILE_URI', 'BPFCOMPAT_AGENT_REGISTRY_TOKEN'],
    ['suite', 'BPFCOMPAT_ALLOW_VVFAT_SEED', 'BPFCOMPAT_FETCH_ALLOW_FILE_URI'],
  ])('of %s is about what it would read', (command, own, other) => {
    expect(names(command, set)).toContain(own);
    expect(names(command, set)).not.toContain(other);
  });

  test.each(['version', 'env', 'help', 'completion', 'man'])('never comes from %s', (command) => {
    expect(names(command, set)).toEqual([]);
  });

  test.each([
    ['BPFCOMPAT_API_ENABLE_PPROF', 'false', 'true'],
    ['BPFCOMPAT_API_REDACT_RUNTIME_DETAILS', 'true', 'false'],
    ['BPFCOMPAT_API_RUNTIME_EXECUTE_REQUIRE_POLICY', '1', '0'],
    ['BPFCOMPAT_API_SOURCE_COMPILE_ALLOW_EXTRA_FLAGS', '0', 'yes'],
    ['BPFCOMPAT_FETCH_ALLOW_FILE_URI', 'False', 'on'],
    ['BPFCOMPAT_API_SOURCE_COMPILE_TIMEOUT', '', '30s'],
  ])('of %s does not come for "%s", which is what is done anyway, and does for "%s"', (name, right, wrong) => {
    expect(names('serve', { [name]: right })).toEqual([]);
    expect(names('serve', { [name]: wrong })).toEqual([name]);
  });

  test('of a secret does not have its value', async () => {
    const env = { BPFCOMPAT_AGENT_REGISTRY_TOKEN: 'hush-1' };
    const argv = ['agent', 'plan', '--artifact-name', 'x', '--registry-token', 'hush-2', '--identity-token=hush-3'];
    const { err, out } = await runIn(dir, argv, false, env);
    for (const name of ['BPFCOMPAT_AGENT_REGISTRY_TOKEN', '--registry-token', '--identity-token'])
      expect(err).toContain(`note: ${name} has no effect: the agent decides by the evidence it has`);
    expect(err + out).not.toContain('hush');
  });

  test('of a flag does not come without it', async () => {
    const { err } = await runIn(dir, ['agent', 'plan', '--artifact-name', 'x', '--registry-token', '']);
    expect(err).not.toContain('has no effect');
  });
});

test.each([
  ['', [], true],
  ['false', [], false],
  ['no idea', [], true],
  ['false', ['--require-load-policy'], true],
  ['true', ['--require-load-policy=false'], false],
])('BPFCOMPAT_AGENT_REQUIRE_LOAD_POLICY "%s" with %j is %s', (word, flags, needed) => {
  const env = { BPFCOMPAT_AGENT_REQUIRE_LOAD_POLICY: word };
  expect(parseArgs(['agent', 'preflight', ...flags], env)).toMatchObject({ options: { requireLoadPolicy: needed } });
});

import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { KEY, REGISTRY_TOKENS, SECRET, serverLab, writeRegistryTokens } from '../server/server-lab.ts';

const PROGRAM = join(import.meta.dirname, '../../build/tools/schemathesis/bin/schemathesis');

/** What a server may say of requests that a schema allows, and of those that none does. 500 is never among it. */
const CONFIG = `
[checks]
not_a_server_error.expected-statuses = ["2xx", "3xx", "4xx", "503"]
`;

/** Runs schemathesis against a server, with so many requests of each route. */
function fuzz(url: string, dir: string, credential: string): Promise<{ exitCode: number; said: string }> {
  writeFileSync(join(dir, 'schemathesis.toml'), CONFIG);
  const checks = [
    '--checks',
    'not_a_server_error,status_code_conformance,content_type_conformance,response_schema_conformance',
  ];
  const bounds = ['--max-examples', '3', '--seed', '7', '--request-timeout', '10', '--phases', 'fuzzing', '--no-color'];
  // It waits for a job, and a stream of events for its end.
  const without = ['--exclude-path', '/api/v1/validate', '--exclude-path-regex', 'events$'];
  const args = ['run', `${url}/api/v1/openapi.yaml`, ...checks, ...bounds, ...without, '--header', credential];
  return new Promise((resolve) => {
    execFile(PROGRAM, args, { cwd: dir, maxBuffer: 64 * 1024 * 1024, timeout: 60_000 }, (error, stdout, stderr) => {
      resolve({ exitCode: error === null ? 0 : Number(error.code ?? -1), said: stdout + stderr });
    });
  });
}

test.each([
  ['the API key', `X-API-Key: ${KEY}`],
  ['a token of the registry', `Authorization: Bearer ${REGISTRY_TOKENS.whole}`],
])('no request that is made of the document gets a 500, with %s', async (_who, credential) => {
  const dir = mkdtempSync(join(tmpdir(), 'bpfcompat-fuzz-'));
  const env = { BPFCOMPAT_API_WRITE_JWT_HS256_SECRET: SECRET, BPFCOMPAT_API_ENABLE_METRICS: 'true' };
  await using lab = await serverLab({ env, args: ['--rate-limit', '0'] });
  writeRegistryTokens(lab.services.settings.workdir);
  await lab.app.listen({ host: '127.0.0.1', port: 0 });
  const { port } = lab.app.server.address() as AddressInfo;
  const { exitCode, said } = await fuzz(`http://127.0.0.1:${port}`, dir, credential);
  rmSync(dir, { recursive: true });
  expect(said).toMatch(/\d+ selected/);
  expect(exitCode, said.slice(-8000)).toBe(0);
  expect(lab.log.filter((line) => line.includes('a request failed'))).toEqual([]);
});

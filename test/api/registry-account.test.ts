import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { accountFor } from '../../src/api/registry-account.ts';
import { fetchArtifact } from '../../src/api/runtime-fetch.ts';
import { pushArtifact } from '../../src/api/runtime-oci.ts';
import { selectArtifact } from '../../src/api/runtime-select.ts';
import type { Host } from '../../src/host/host.ts';
import { parseImageName } from '../../src/model/oci-source.ts';
import { sha256 } from '../../src/runtime/canonical.ts';
import { ME, startDockerRegistry } from '../fakes/docker-registry.ts';
import { serveListingRegistry } from '../fakes/listing-registry.ts';
import { type AgentLab, createAgentLab, OBJECT } from '../fixtures/agent-lab.ts';

const LOGIN = 'me:pass:word';
let lab: AgentLab;
beforeEach(async () => {
  lab = await createAgentLab();
  writeFileSync(join(lab.cwd, 'conn.bpf.o'), OBJECT);
});
afterEach(() => lab[Symbol.dispose]());

const withEnv = (env: Host['env']): Host => ({ ...lab.host, env });

/** Pushes the object and its evidence, and has another host select and fetch it. */
async function throughRegistry(registry: string, push: Host['env'], pull: Host['env']): Promise<string> {
  const image = `${registry}/acme/conn:1`;
  await pushArtifact({ ...lab.base, host: withEnv(push), image, artifact: 'conn.bpf.o' });
  rmSync(join(lab.workdir, 'store'), { recursive: true });
  const place = [`oci://${image}`];
  const { fetch } = await fetchArtifact({ ...lab.base, host: withEnv(pull), evidence: place, sources: place });
  return fetch.actual_sha256;
}

test('a registry with a password (docker-registry, htpasswd) is pushed to and pulled from', async () => {
  using registry = await startDockerRegistry(lab.root, ME);
  const auths = { [registry.host]: { auth: Buffer.from(LOGIN).toString('base64') } };
  writeFileSync(join(lab.root, 'auth.json'), JSON.stringify({ auths }));
  const push = { BPFCOMPAT_REGISTRY_LOGIN: LOGIN };
  const pull = { REGISTRY_AUTH_FILE: join(lab.root, 'auth.json') };
  expect(await throughRegistry(registry.host, push, pull)).toBe(sha256(OBJECT));
  const evidence = [`oci://${registry.host}/acme/conn:1`];
  for (const env of [{}, { BPFCOMPAT_REGISTRY_LOGIN: LOGIN }, { ...push, BPFCOMPAT_REGISTRY: 'ghcr.io' }])
    await expect(selectArtifact({ ...lab.base, host: withEnv(env), evidence })).rejects.toMatchObject({
      code: 'mirror_unreachable',
      message: expect.stringMatching(/BPFCOMPAT_REGISTRY_LOGIN/),
    });
});

test('a registry that lists referrers, with tokens of another host, needs no list under a tag', async () => {
  await using registry = await serveListingRegistry(LOGIN);
  const env = { BPFCOMPAT_REGISTRY_LOGIN: LOGIN, BPFCOMPAT_REGISTRY_TOKEN_HOST: registry.tokenHost };
  const digest = await throughRegistry(registry.host, env, { ...env, BPFCOMPAT_REGISTRY: registry.host });
  expect(digest).toBe(sha256(OBJECT));
  expect([...registry.tags.keys()].filter((name) => /^sha256-/.test(name))).toEqual([]);
  expect(registry.requests.filter((one) => /GET .*\/referrers\//.test(one))).not.toEqual([]);
  expect(registry.requests.filter((one) => /GET .*\/manifests\/sha256-/.test(one))).toEqual([]);
  // Without the name of that host it gets no password, and gives no token.
  const image = `${registry.host}/acme/conn:2`;
  const closed = withEnv({ BPFCOMPAT_REGISTRY_LOGIN: LOGIN });
  await expect(pushArtifact({ ...lab.base, host: closed, image, artifact: 'conn.bpf.o' })).rejects.toMatchObject({
    code: 'mirror_unreachable',
  });
});

describe('whose account it is', () => {
  const auth = (login: string) => ({ auth: Buffer.from(login).toString('base64') });
  const file = (name: string, auths: object): string => {
    const path = join(lab.root, name);
    mkdirSync(join(path, '..'), { recursive: true });
    writeFileSync(path, JSON.stringify({ auths, credsStore: 'x' }));
    return path;
  };
  const user = async (env: Host['env'], image: string, pushing = false): Promise<string | undefined> =>
    (await accountFor(withEnv(env), parseImageName(image), pushing))?.user;

  test('the environment, for its registry alone', async () => {
    const env = { BPFCOMPAT_REGISTRY_LOGIN: 'a:b' };
    expect(await user(env, 'r.example.org/x:1', true)).toBe('a');
    expect(await user(env, 'r.example.org/x:1')).toBeUndefined();
    expect(await user(env, 'ghcr.io/x:1')).toBe('a');
    expect(await user({ ...env, BPFCOMPAT_REGISTRY: 'r.example.org' }, 'r.example.org/x:1')).toBe('a');
    expect(await user({ ...env, BPFCOMPAT_REGISTRY: 'r.example.org' }, 'ghcr.io/x:1', true)).toBeUndefined();
    expect(await user({ BPFCOMPAT_REGISTRY_TOKEN: 't' }, 'ghcr.io/x:1')).toBe('token');
    expect(await user({ BPFCOMPAT_REGISTRY_TOKEN: 't' }, 'quay.io/x:1')).toBeUndefined();
  });

  test('what docker and podman keep, by the most exact name', async () => {
    file('home/.docker/config.json', {
      'https://index.docker.io/v1/': auth('hub:1'),
      'quay.io': auth('all:1'),
      'quay.io/acme': auth('acme:1'),
    });
    const env = { HOME: join(lab.root, 'home') };
    expect(await user(env, 'docker.io/x:1')).toBe('hub');
    expect(await user(env, 'quay.io/acme/conn:1')).toBe('acme');
    expect(await user(env, 'quay.io/acme2/conn:1')).toBe('all');
    expect(await user(env, 'ghcr.io/x:1')).toBeUndefined();
    const REGISTRY_AUTH_FILE = file('auth.json', { 'ghcr.io': auth('own:1') });
    expect(await user({ ...env, REGISTRY_AUTH_FILE }, 'ghcr.io/x:1')).toBe('own');
    expect(await user({ DOCKER_CONFIG: join(lab.root, 'home/.docker') }, 'docker.io/x:1')).toBe('hub');
  });

  test('what is no login is an error that does not say it', async () => {
    const REGISTRY_AUTH_FILE = file('bad.json', { 'ghcr.io': auth('secret') });
    for (const env of [{ REGISTRY_AUTH_FILE }, { BPFCOMPAT_REGISTRY_LOGIN: 'secret' }])
      await expect(user(env, 'ghcr.io/x:1')).rejects.toMatchObject({
        code: 'login_invalid',
        message: expect.not.stringMatching(/secret/),
      });
    writeFileSync(REGISTRY_AUTH_FILE, '{"auths": "secret"');
    await expect(user({ REGISTRY_AUTH_FILE }, 'ghcr.io/x:1')).rejects.toMatchObject({
      message: expect.not.stringMatching(/secret/),
    });
  });
});

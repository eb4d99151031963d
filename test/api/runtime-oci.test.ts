import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { fetchArtifact } from '../../src/api/runtime-fetch.ts';
import { type PushResult, pushArtifact } from '../../src/api/runtime-oci.ts';
import { selectArtifact } from '../../src/api/runtime-select.ts';
import { sha256 } from '../../src/runtime/canonical.ts';
import { startDockerRegistry } from '../fakes/docker-registry.ts';
import { type AgentLab, createAgentLab, OBJECT, OLDER } from '../fixtures/agent-lab.ts';

let registry: Awaited<ReturnType<typeof startDockerRegistry>>;
let lab: AgentLab;
let place: AgentLab;

beforeAll(async () => {
  place = await createAgentLab();
  registry = await startDockerRegistry(place.root);
});
afterAll(() => {
  registry[Symbol.dispose]();
  place[Symbol.dispose]();
});
beforeEach(async () => {
  lab = await createAgentLab();
  writeFileSync(join(lab.cwd, 'conn.bpf.o'), OBJECT);
});
afterEach(() => lab[Symbol.dispose]());

const image = (tag: string): string => `${registry.host}/acme/conn:${tag}`;

async function pushed(tag: string): Promise<PushResult> {
  const result = await pushArtifact({ ...lab.base, image: image(tag), artifact: 'conn.bpf.o' });
  // Another host has neither the bundles nor the object.
  rmSync(join(lab.workdir, 'store'), { recursive: true });
  return result;
}

test('what is no file is named, before anything is pushed', async () => {
  const push = (artifact: string) => pushArtifact({ ...lab.base, image: image('1.0.0'), artifact });
  await expect(push('.')).rejects.toThrow('it is no regular file; name the compiled object');
  await expect(push('nothing.bpf.o')).rejects.toThrow('there is no such file; name the compiled object');
});

/** Every file of the registry that holds a blob. */
function blobs(): string[] {
  const names = readdirSync(registry.root, { recursive: true, encoding: 'utf8' });
  return names.filter((name) => /blobs\/sha256\/.*\/data$/.test(name)).map((name) => join(registry.root, name));
}

test('an object and its evidence go through a registry without an API for referrers', async () => {
  const result = await pushed('1.0.0');
  expect(result).toMatchObject({ artifact_sha256: sha256(OBJECT), bundles: [expect.any(String)] });
  const byDigest = `oci://${registry.host}/acme/conn@${result.manifest}`;
  const options = { ...lab.base, evidence: [byDigest], sources: [byDigest] };
  const { fetch } = await fetchArtifact(options);
  expect(readFileSync(fetch.output_path)).toEqual(Buffer.from(OBJECT));
  expect((await fetchArtifact({ ...options, evidence: [`oci://${image('1.0.0')}`] })).fetch.actual_sha256).toBe(
    sha256(OBJECT),
  );
});

test('pushing again changes nothing, and another bundle is added to the list', async () => {
  const first = await pushArtifact({ ...lab.base, image: image('again'), artifact: 'conn.bpf.o' });
  await lab.attest(OBJECT, { nonce: 'second' });
  const second = await pushArtifact({ ...lab.base, image: image('again'), artifact: 'conn.bpf.o' });
  expect(second.manifest).toBe(first.manifest);
  expect(second.bundles).toHaveLength(2);
  rmSync(join(lab.workdir, 'store'), { recursive: true });
  const { selection } = await selectArtifact({ ...lab.base, evidence: [`oci://${image('again')}`] });
  expect(selection.selected?.bundles).toEqual(expect.arrayContaining([...second.bundles]));
});

test('what a list of referrers names beside them is passed over', async () => {
  const own = await pushed('list');
  const list = `http://${registry.host}/v2/acme/conn/manifests/${own.manifest.replace(':', '-')}`;
  const accept = 'application/vnd.oci.image.index.v1+json';
  const text = await (await fetch(list, { headers: { accept } })).text();
  const place = blobs().find((path) => path.includes(sha256(text)));
  if (place === undefined) throw new Error('the list has no file');
  const gone = { mediaType: 'application/vnd.oci.image.manifest.v1+json', digest: `sha256:${'0'.repeat(64)}`, size: 9 };
  const { manifests } = JSON.parse(text);
  try {
    // A registry takes no such list: it is what a deletion leaves.
    writeFileSync(place, JSON.stringify({ schemaVersion: 2, mediaType: accept, manifests: [gone, ...manifests] }));
    const { selection } = await selectArtifact({ ...lab.base, evidence: [`oci://${image('list')}`] });
    expect(selection.selected?.bundles).toEqual(own.bundles);
  } finally {
    writeFileSync(place, text);
  }
});

test('skopeo reads the image', async () => {
  const { manifest } = await pushArtifact({ ...lab.base, image: image('skopeo'), artifact: 'conn.bpf.o' });
  const text = execFileSync('skopeo', ['inspect', '--tls-verify=false', `docker://${image('skopeo')}`], {
    encoding: 'utf8',
  });
  const { Digest, Labels } = JSON.parse(text);
  expect(Digest).toBe(manifest);
  expect(JSON.parse(Labels['io.ebpf.programs'])).toBeTypeOf('object');
});

test('other bytes in the registry are used nowhere', async () => {
  const result = await pushed('swapped');
  const source = `oci://${registry.host}/acme/conn@${result.manifest}`;
  const kept = blobs().map((path) => [path, readFileSync(path)] as const);
  try {
    // A layer of the same size with another byte.
    for (const [path, bytes] of kept)
      if (bytes[0] === 0x1f)
        writeFileSync(path, Buffer.concat([bytes.subarray(0, -1), Buffer.from([(bytes.at(-1) ?? 0) ^ 1])]));
    await expect(fetchArtifact({ ...lab.base, evidence: [source], sources: [source] })).rejects.toMatchObject({
      code: 'wrong_digest',
    });
  } finally {
    for (const [path, bytes] of kept) writeFileSync(path, bytes);
  }
});

test('an image of another object under the tag gives nothing', async () => {
  await lab.attest(OBJECT);
  writeFileSync(join(lab.cwd, 'conn.bpf.o'), OLDER);
  await pushArtifact({ ...lab.base, image: image('other'), artifact: 'conn.bpf.o' });
  rmSync(join(lab.workdir, 'store/blobs'), { recursive: true });
  const options = { ...lab.base, sources: [`oci://${image('other')}`] };
  await expect(fetchArtifact(options)).rejects.toMatchObject({ code: 'wrong_digest' });
});

test('a tag that is not there, and what is no image', async () => {
  const options = { ...lab.base, evidence: [`oci://${image('missing')}`] };
  await expect(selectArtifact(options)).rejects.toMatchObject({ code: 'package_not_found' });
  for (const word of ['conn', `${registry.host}/acme/conn@sha256:${sha256(OBJECT)}`])
    await expect(pushArtifact({ ...lab.base, image: word, artifact: 'conn.bpf.o' })).rejects.toMatchObject({
      code: 'image_invalid',
    });
});

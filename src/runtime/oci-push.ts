import * as z from 'zod';
import type { Host, SendOptions, Sent } from '../host/host.ts';
import { basicOf, mayKnow, type RegistryAccount, registryPlace } from '../kernels/sources/oci/accounts.ts';
import { bearer, isLoopback, tokenOf } from '../kernels/sources/oci/tokens.ts';
import { HostError } from '../model/errors.ts';
import type { ImageName } from '../model/oci-source.ts';
import { type Blob, BUNDLE, descriptor, INDEX, type Pushed } from './oci-image.ts';

const TagIndex = z.object({
  manifests: z.array(z.looseObject({ mediaType: z.string(), digest: z.string(), size: z.number() })).max(10_000),
});

/** What goes before the requests of one push: the address of the repository, and who we are. */
interface Line {
  readonly host: Host;
  readonly name: ImageName;
  readonly base: string;
  /** Undefined: no one. */
  readonly account: RegistryAccount | undefined;
  readonly registry: string;
  readonly repository: string;
  authorization: string | undefined;
}

export function openLine(host: Host, name: ImageName, account: RegistryAccount | undefined): Line {
  const { host: registry, repository } = registryPlace(name);
  const base = `${isLoopback(registry) ? 'http' : 'https'}://${registry}/v2/${repository}`;
  return { host, name, base, account, registry, repository, authorization: undefined };
}

/** Passwords and tokens go to their registry alone, and never without the encryption that it is spoken to with. */
function isOwn({ base }: Line, url: string): boolean {
  return new URL(url).origin === new URL(base).origin;
}

async function tokenFor(line: Line, challenge: string): Promise<string | undefined> {
  const { account, registry, repository } = line;
  const basic = basicOf(account, line.name);
  if (/^basic /i.test(challenge)) return basic;
  const { realm, service = '' } = bearer(challenge) ?? {};
  if (realm === undefined || !URL.canParse(realm)) return undefined;
  const url = new URL(realm);
  // Only a registry of this machine may name a place on it that does without encryption.
  const isLocal = line.base.startsWith('http:') && isLoopback(url.host);
  if (url.protocol !== 'https:' && !isLocal) return undefined;
  url.searchParams.set('service', service);
  url.searchParams.set('scope', `repository:${repository}:pull,push`);
  const headers = basic !== undefined && mayKnow(url, registry, account) ? { authorization: basic } : {};
  const { status, body } = await line.host.network.send(url.href, { method: 'GET', headers });
  return status === 200 ? tokenOf(body.toString('utf8')) : undefined;
}

async function request(line: Line, url: string, options: SendOptions): Promise<Sent> {
  const withAuth = (): Promise<Sent> => {
    const own = isOwn(line, url) && line.authorization !== undefined ? { authorization: line.authorization } : {};
    return line.host.network.send(url, { ...options, headers: { ...options.headers, ...own } });
  };
  const response = await withAuth();
  if (response.status !== 401 || response.challenge === undefined || line.authorization !== undefined) return response;
  line.authorization = await tokenFor(line, response.challenge);
  return line.authorization === undefined ? response : withAuth();
}

function expect(response: Sent, url: string, ...statuses: readonly number[]): Sent {
  if (statuses.includes(response.status)) return response;
  const remedy =
    response.status === 401 || response.status === 403
      ? 'set BPFCOMPAT_REGISTRY_LOGIN to USER:PASSWORD of an account that may push, and where its tokens come from another host, BPFCOMPAT_REGISTRY_TOKEN_HOST to that'
      : 'try again later, or name another registry';
  throw new HostError('mirror_unreachable', `${url} returned status ${response.status}; ${remedy}`);
}

async function pushBlob(line: Line, { digest, bytes }: Blob): Promise<void> {
  const there = await request(line, `${line.base}/blobs/${digest}`, { method: 'HEAD' });
  if (there.status === 200) return;
  const start = `${line.base}/blobs/uploads/`;
  const { location } = expect(await request(line, start, { method: 'POST' }), start, 202);
  if (location === undefined) throw new HostError('mirror_unreachable', `${start} names no place for the upload`);
  if (!URL.canParse(location, start))
    throw new HostError('mirror_unreachable', `${start} names no place for the upload`);
  const url = new URL(location, start);
  if (url.protocol !== 'https:' && !isOwn(line, url.href))
    throw new HostError(
      'mirror_unreachable',
      `${start} wants the upload at ${url.origin}, which is not encrypted; nothing was sent there, name another registry`,
    );
  url.searchParams.set('digest', digest);
  const headers = { 'content-type': 'application/octet-stream' };
  expect(await request(line, url.href, { method: 'PUT', headers, body: bytes }), url.href, 201);
}

async function pushManifest(line: Line, { mediaType, bytes }: Blob, reference: string): Promise<void> {
  const url = `${line.base}/manifests/${reference}`;
  const headers = { 'content-type': mediaType };
  expect(await request(line, url, { method: 'PUT', headers, body: bytes }), url, 201);
}

/** Pushes blobs and manifest. @param reference tag; by its digest where it is empty */
export async function push(line: Line, { blobs, manifest }: Pushed, reference = ''): Promise<string> {
  for (const one of blobs) await pushBlob(line, one);
  await pushManifest(line, manifest, reference || manifest.digest);
  return manifest.digest;
}

/** Tag of the list of referrers, where a registry has no API for them. */
export function fallbackTag(digest: string): string {
  return digest.replace(':', '-');
}

/** What a list has already. @throws HostError `bad_package` for what cannot be read: it would be lost */
function listed(body: Buffer, url: string) {
  try {
    return TagIndex.parse(JSON.parse(body.toString('utf8'))).manifests;
  } catch (cause) {
    throw new HostError('bad_package', `${url} is no list of referrers; nothing was added to it`, { cause });
  }
}

/** Whether the registry lists by itself what refers to the subject: it has the API for that, and read the manifests. */
async function listsThem(line: Line, subject: string, referrers: readonly Pushed[]): Promise<boolean> {
  const url = `${line.base}/referrers/${subject}`;
  const response = await request(line, url, { method: 'GET', headers: { accept: INDEX } });
  if (response.status !== 200) return false;
  const known = new Set(listed(response.body, url).map(({ digest }) => digest));
  return referrers.every(({ manifest }) => known.has(manifest.digest));
}

/** Adds referrers to the list that lies under the fallback tag, where the registry does not list them by itself. */
export async function listReferrers(line: Line, subject: string, referrers: readonly Pushed[]): Promise<void> {
  if (await listsThem(line, subject, referrers).catch(() => false)) return;
  const tag = fallbackTag(subject);
  const url = `${line.base}/manifests/${tag}`;
  const response = expect(await request(line, url, { method: 'GET', headers: { accept: INDEX } }), url, 200, 404);
  const old = response.status === 200 ? listed(response.body, url) : [];
  const added = referrers.map(({ manifest }) => ({ ...descriptor(manifest), artifactType: BUNDLE }));
  const all = new Map([...old, ...added].map((one) => [one.digest, one]));
  const bytes = Buffer.from(JSON.stringify({ schemaVersion: 2, mediaType: INDEX, manifests: [...all.values()] }));
  await pushManifest(line, { mediaType: INDEX, digest: '', bytes }, tag);
}

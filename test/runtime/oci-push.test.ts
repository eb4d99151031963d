import { describe, expect, test } from 'vitest';
import { createHost } from '../../src/host/create-host.ts';
import type { Host, SendOptions, Sent } from '../../src/host/host.ts';
import type { RegistryAccount } from '../../src/kernels/sources/oci/accounts.ts';
import { parseImageName } from '../../src/model/oci-source.ts';
import { referrer } from '../../src/runtime/oci-image.ts';
import { listReferrers, openLine, push } from '../../src/runtime/oci-push.ts';

const SUBJECT = { mediaType: 'x/y', digest: `sha256:${'0'.repeat(64)}`, bytes: Buffer.from('x') };
const IMAGE = referrer(SUBJECT, Buffer.from('{}'));
const REGISTRY = 'registry.example.org';

interface Seen {
  readonly url: string;
  readonly authorization: string | undefined;
}

/** A registry that has nothing; `answer` may say otherwise. */
function registry(
  respond: (url: string, options: SendOptions) => Partial<Sent> | undefined,
  image = `${REGISTRY}/a/b:1`,
  more: Partial<RegistryAccount> = {},
) {
  const account = { host: parseImageName(image).host, user: 'me', password: 'password', ...more };
  const seen: Seen[] = [];
  const host = createHost({ env: {} });
  const send = async (url: string, options: SendOptions): Promise<Sent> => {
    seen.push({ url, authorization: options.headers?.['authorization'] });
    const usual = { HEAD: 404, GET: 404, POST: 202, PUT: 201 }[options.method];
    const location = options.method === 'POST' ? `${url}1` : undefined;
    return { status: usual, location, challenge: undefined, body: Buffer.alloc(0), ...respond(url, options) };
  };
  const scripted: Host = { ...host, network: { ...host.network, send } };
  const line = openLine(scripted, parseImageName(image), account);
  return { line, seen };
}

const unauthorized = (challenge: string) => (_url: string, options: SendOptions) =>
  options.headers?.['authorization'] === undefined ? { status: 401, challenge } : undefined;

test('a password goes to its registry, by https alone', async () => {
  const plain = registry((url, options) =>
    options.method === 'POST' ? { location: `http://${REGISTRY}/up` } : unauthorized('Basic realm="x"')(url, options),
  );
  await expect(push(plain.line, IMAGE)).rejects.toMatchObject({ code: 'mirror_unreachable' });
  expect(plain.seen.filter(({ url }) => !url.startsWith('https:'))).toEqual([]);
  const other = registry((url, options) =>
    options.method === 'POST'
      ? { location: 'https://storage.example.org/up' }
      : unauthorized('Basic realm="x"')(url, options),
  );
  await expect(push(other.line, IMAGE)).rejects.toMatchObject({ code: 'mirror_unreachable' });
  const stored = other.seen.filter(({ url }) => url.startsWith('https://storage.example.org/'));
  expect(stored).toEqual([{ url: expect.stringContaining('?digest=sha256'), authorization: undefined }]);
  expect(other.seen.some(({ authorization }) => authorization?.startsWith('Basic '))).toBe(true);
});

test.each(['http://127.0.0.1:9/token', `http://${REGISTRY}/token`, 'nothing'])(
  'no request for a token of another registry goes to %s',
  async (realm) => {
    const { line, seen } = registry(unauthorized(`Bearer realm="${realm}",service="s"`));
    await expect(push(line, IMAGE)).rejects.toMatchObject({ code: 'mirror_unreachable' });
    expect(seen.filter(({ url }) => url.includes('token'))).toEqual([]);
  },
);

test.each(['no JSON', '{"token":"a\\nb"}', '{"token":1}'])('a token such as %j is none', async (body) => {
  const { line } = registry((url, options) =>
    url.includes('/token?')
      ? { status: 200, body: Buffer.from(body) }
      : unauthorized(`Bearer realm="https://${REGISTRY}/token"`)(url, options),
  );
  await expect(push(line, IMAGE)).rejects.toMatchObject({
    code: 'mirror_unreachable',
    message: expect.stringContaining('BPFCOMPAT_REGISTRY_LOGIN'),
  });
});

test('a list of referrers that cannot be read is not written over', async () => {
  const { line, seen } = registry((_url, { method }) =>
    method === 'GET' ? { status: 200, body: Buffer.from('{"manifests":[{}]}') } : undefined,
  );
  await expect(listReferrers(line, SUBJECT.digest, [IMAGE])).rejects.toMatchObject({ code: 'bad_package' });
  expect(seen.filter(({ url }) => !url.includes('/referrers/'))).toHaveLength(1);
});

describe('a token service on another host', () => {
  const tokens = 'https://tokens.example.net/token';
  const login = `Basic ${Buffer.from('me:password').toString('base64')}`;
  const wants = (realm: string) => (url: string, options: SendOptions) => {
    if (url.startsWith(realm)) return { status: 200, body: Buffer.from('{"token":"T"}') };
    return unauthorized(`Bearer realm="${realm}",service="s"`)(url, options);
  };
  const requested = (seen: readonly Seen[], realm: string) =>
    seen.find(({ url }) => url.startsWith(realm))?.authorization;

  test('gets no password', async () => {
    const { line, seen } = registry(wants(tokens));
    await push(line, IMAGE);
    expect([seen.some(({ url }) => url.startsWith(tokens)), requested(seen, tokens)]).toEqual([true, undefined]);
  });

  test('gets it where the user names it, and not its neighbors', async () => {
    const { line, seen } = registry(wants(tokens), undefined, { tokenHost: 'tokens.example.net' });
    await push(line, IMAGE);
    expect(requested(seen, tokens)).toBe(login);
    const other = registry(wants(tokens), undefined, { tokenHost: 'example.net' });
    await push(other.line, IMAGE);
    expect(requested(other.seen, tokens)).toBeUndefined();
  });

  test('that of docker.io is known, and so is where that really is', async () => {
    const realm = 'https://auth.docker.io/token';
    const { line, seen } = registry(wants(realm), 'docker.io/conn:1');
    await push(line, IMAGE);
    expect(requested(seen, realm)).toBe(login);
    expect(seen[0]?.url).toMatch(/^https:\/\/registry-1\.docker\.io\/v2\/library\/conn\//);
    const outside = registry(wants(realm));
    await push(outside.line, IMAGE);
    expect(requested(outside.seen, realm)).toBeUndefined();
  });

  test('an account of another registry is not used at all', async () => {
    const { line, seen } = registry(unauthorized('Basic realm="x"'), undefined, { host: 'ghcr.io' });
    await expect(push(line, IMAGE)).rejects.toMatchObject({ code: 'mirror_unreachable' });
    expect(seen.filter(({ authorization }) => authorization !== undefined)).toEqual([]);
  });
});

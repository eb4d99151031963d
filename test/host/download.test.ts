import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer, type RequestListener, request } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import { type AddressInfo, connect, createServer as createRawServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TLSSocket } from 'node:tls';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createHost } from '../../src/host/create-host.ts';
import type { DownloadOptions } from '../../src/host/host.ts';

let dir: string;
let names = 0;
const fresh = (): string => join(dir, `file-${names++}`);

beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), 'bpfcompat-download-'));
  const openssl = (...args: string[]) => execFileSync('openssl', args, { cwd: dir, stdio: ['ignore', 'pipe', 'pipe'] });
  for (const name of ['server', 'client']) {
    const more = name === 'server' ? ['-addext', 'subjectAltName=IP:127.0.0.1'] : [];
    const names = ['-keyout', `${name}.key`, '-out', `${name}.pem`, '-subj', `/CN=${name}`];
    openssl('req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '2', ...names, ...more);
  }
});
afterAll(() => rmSync(dir, { recursive: true, force: true }));

const pem = (name: string): string => readFileSync(join(dir, name), 'utf8');

interface Place extends AsyncDisposable {
  readonly url: string;
  readonly requests: string[];
}

async function listening(server: Server, scheme: string, requests: string[] = []): Promise<Place> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `${scheme}://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    async [Symbol.asyncDispose]() {
      if ('closeAllConnections' in server) (server as ReturnType<typeof createServer>).closeAllConnections();
      server.close();
    },
  };
}

function serve(listener: RequestListener): Promise<Place> {
  const requests: string[] = [];
  const server = createServer((incoming, response) => {
    requests.push(incoming.url ?? '');
    listener(incoming, response);
  });
  return listening(server, 'http', requests);
}

function serveSecure(listener: RequestListener): Promise<Place> {
  const options = { key: pem('server.key'), cert: pem('server.pem'), ca: pem('client.pem'), requestCert: true };
  return listening(createSecureServer({ ...options, rejectUnauthorized: false }, listener), 'https');
}

const options = (more: Partial<DownloadOptions> = {}): DownloadOptions => ({ maxBytes: 1000, stallMs: 500, ...more });
const get = (url: string, more: Partial<DownloadOptions> = {}, env: Record<string, string> = {}, file = fresh()) =>
  createHost({ env }).network.download(url, file, options(more));

describe('a download', () => {
  test('ends although the server goes on for ever, a byte at a time', async () => {
    await using place = await serve((_, response) => {
      const timer = setInterval(() => response.write('x'), 20);
      response.on('close', () => clearInterval(timer));
    });
    await expect(get(`${place.url}/x`, { maxBytes: 2 ** 30, stallMs: 60_000, limitMs: 300 })).rejects.toMatchObject({
      code: 'mirror_unreachable',
      message: `${place.url}/x: it was not done after 0 s`,
    });
  });

  test.each<readonly [string, Record<string, string>, number]>([
    ['sends a byte now and then', {}, 1],
    ['sends less than it could of what it says that there is', { 'content-length': '20000' }, 100],
  ])('ends soon although the server %s', async (_name, headers, bytes) => {
    await using place = await serve((_, response) => {
      response.writeHead(200, headers);
      const timer = setInterval(() => response.write('x'.repeat(bytes)), 20);
      response.on('close', () => clearInterval(timer));
    });
    const began = performance.now();
    await expect(get(`${place.url}/x`, { maxBytes: 2 ** 30, stallMs: 60_000, beginMs: 200 })).rejects.toMatchObject({
      code: 'mirror_unreachable',
      message: expect.stringMatching(/it was not done after \d s$/),
    });
    expect(performance.now() - began).toBeLessThan(8000);
  });

  /** A server that breaks off after each four bytes, with what `headers` say of the file. */
  const breaking = (text: () => string, headers: () => Record<string, string>, ranges: string[]) =>
    serve((incoming, response) => {
      const { range, 'if-range': validator } = incoming.headers;
      ranges.push(`${range ?? ''} ${validator ?? ''}`.trim());
      const [whole, same] = [text(), Object.values(headers()).some((one) => one === validator)];
      const from = same ? Number(/^bytes=(\d+)-$/.exec(range ?? '')?.[1] ?? 0) : 0;
      const part = { 'content-range': `bytes ${from}-${whole.length - 1}/${whole.length}` };
      const length = { 'content-length': String(whole.length - from) };
      response.writeHead(from > 0 ? 206 : 200, { ...headers(), ...length, ...(from > 0 && part) });
      response.write(whole.slice(from, from + 4), () =>
        from + 4 >= whole.length ? response.end() : setTimeout(() => response.destroy(), 20),
      );
    });

  test.each([
    [{ etag: '"one"' }, '"one"'],
    [{ etag: 'W/"weak"', 'last-modified': 'Mon, 01 Jan 2024 00:00:00 GMT' }, 'Mon, 01 Jan 2024 00:00:00 GMT'],
  ])('that breaks off goes on where it was, of the same file only (%s)', async (headers, validator) => {
    const ranges: string[] = [];
    await using place = await breaking(
      () => 'hello world',
      () => ({ ...headers }),
      ranges,
    );
    const file = fresh();
    const reply = await get(`${place.url}/x`, {}, {}, file);
    expect(reply).toMatchObject({
      bytes: 11,
      digest: 'b94d27b9934d3e08a52e52d7da7dabfac484efe37a5380ee9088f7ace2efcde9',
    });
    expect(readFileSync(file, 'utf8')).toBe('hello world');
    expect(ranges).toEqual(['', `bytes=4- ${validator}`, `bytes=8- ${validator}`]);
  });

  test.each([
    ['a part of the rest each time', (from: number) => ({ 'content-range': `bytes ${from}-${from + 1}/11` }), true],
    ['a part, and not of how much', (from: number) => ({ 'content-range': `bytes ${from}-${from + 1}/*` }), false],
  ])('of a server that sends %s is whole or an error', async (_, rangeOf, isWhole) => {
    const text = 'hello world';
    await using place = await serve((incoming, response) => {
      const from = Number(/^bytes=(\d+)-$/.exec(incoming.headers.range ?? '')?.[1] ?? 0);
      // Chunked, so that nothing else says how long it is.
      response.writeHead(from > 0 ? 206 : 200, { etag: '"one"', ...(from > 0 && rangeOf(from)) });
      if (from > 0) response.end(text.slice(from, from + 2));
      else response.write(text.slice(0, 3), () => setTimeout(() => response.destroy(), 20));
    });
    const file = fresh();
    const reply = get(`${place.url}/x`, {}, {}, file);
    if (!isWhole) return expect(reply).rejects.toMatchObject({ code: 'mirror_unreachable' });
    expect(await reply).toMatchObject({ bytes: 11 });
    return expect(readFileSync(file, 'utf8')).toBe(text);
  });

  test('that changed meanwhile is taken from its beginning', async () => {
    const ranges: string[] = [];
    const texts = ['the old text', 'new'];
    await using place = await breaking(
      () => texts[Math.min(ranges.length, 2) - 1] ?? '',
      () => ({ etag: `"${ranges.length}"` }),
      ranges,
    );
    const file = fresh();
    expect(await get(`${place.url}/x`, {}, {}, file)).toMatchObject({ bytes: 3 });
    expect(readFileSync(file, 'utf8')).toBe('new');
  });

  test.each([
    ['that says nothing of its file', {}, 1],
    ['that breaks off for ever', { etag: '"one"' }, 6],
  ])('of a server %s is given up', async (_, headers, times) => {
    const ranges: string[] = [];
    await using place = await breaking(
      () => 'x'.repeat(400),
      () => headers,
      ranges,
    );
    await expect(get(`${place.url}/x`)).rejects.toMatchObject({ code: 'mirror_unreachable' });
    expect(ranges).toHaveLength(times);
  });

  test('is written to a new file, with its digest', async () => {
    await using place = await serve((_, response) => void response.end('hello'));
    const file = fresh();
    const seen: [number, number][] = [];
    const reply = await get(`${place.url}/x`, { onBytes: (...one) => seen.push(one) }, {}, file);
    expect(reply).toEqual({
      status: 200,
      url: `${place.url}/x`,
      bytes: 5,
      digest: '2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824',
    });
    expect(readFileSync(file, 'utf8')).toBe('hello');
    expect(seen).toEqual([[5, 5]]);
  });

  test('that is not a file leaves none', async () => {
    await using place = await serve((_, response) => void response.writeHead(404).end('x'.repeat(500_000)));
    const file = fresh();
    expect(await get(place.url, {}, {}, file)).toMatchObject({ status: 404, bytes: 0 });
    expect(existsSync(file)).toBe(false);
  });

  test.each([true, false])('with too many bytes is rejected (length reported: %s)', async (reported) => {
    await using place = await serve((_, response) => {
      response.writeHead(200, reported ? { 'content-length': 5000 } : {}).end('x'.repeat(5000));
    });
    await expect(get(place.url)).rejects.toMatchObject({ code: 'wrong_digest' });
  });

  test.each([
    [
      'all at once, and closes the line',
      'HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 3000000\r\n\r\n',
      3_000_000,
    ],
    ['as servers of HTTP/1.0 do', 'HTTP/1.0 200 OK\r\n\r\n', 3_000_000],
  ])('from a server that sends %s', async (_what, head, length) => {
    const server = createRawServer((socket) => {
      socket.on('error', () => {});
      socket.once('data', () => {
        socket.write(head);
        socket.end(Buffer.alloc(length, 'a'));
      });
    });
    await using place = await listening(server, 'http');
    expect(await get(place.url, { maxBytes: length })).toMatchObject({ status: 200, bytes: length });
  });

  test.each([
    ['fewer bytes than it said', 'HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nabc', /broke off/],
    ['no HTTP', 'SSH-2.0-x\r\n', /Parse Error|Expected HTTP/],
    ['nothing', '', /broke off|socket hang up/],
  ])('from a server that sends %s is an error', async (_what, said, says) => {
    const server = createRawServer((socket) => {
      socket.on('error', () => {});
      socket.once('data', () => socket.end(said));
    });
    await using place = await listening(server, 'http');
    await expect(get(place.url)).rejects.toMatchObject({
      code: 'mirror_unreachable',
      message: expect.stringMatching(says),
    });
  });

  test('that stalls ends, and so does one that was stopped', async () => {
    await using place = await serve((_, response) => {
      response.writeHead(200).write('x');
    });
    await expect(get(place.url)).rejects.toMatchObject({
      code: 'mirror_unreachable',
      message: expect.stringContaining('stalled'),
    });
    const signal = AbortSignal.timeout(100);
    await expect(get(place.url, { stallMs: 60_000, signal })).rejects.toMatchObject({ code: 'cancelled' });
    await expect(get(place.url, { signal: AbortSignal.abort() })).rejects.toMatchObject({ code: 'cancelled' });
  });

  test('for which there is no place is an error of the file system', async () => {
    await using place = await serve((_, response) => void response.end('hello'));
    const file = join(dir, 'nowhere', 'file');
    await expect(get(place.url, {}, {}, file)).rejects.toMatchObject({ code: 'ENOENT' });
    await expect(get(place.url, {}, {}, '/dev/full')).rejects.toMatchObject({ code: 'EEXIST' });
  });
});

describe('redirects', () => {
  const to =
    (location: string | undefined, status = 302): RequestListener =>
    (_, response) =>
      void response.writeHead(status, location === undefined ? {} : { location }).end();

  test('lead to other hosts and to places beside', async () => {
    await using end = await serve((_, response) => void response.end('hello'));
    await using middle = await serve(({ url }, response) =>
      to(url === '/a' ? '/b' : `${end.url}/c`, 307)(undefined as never, response),
    );
    expect(await get(`${middle.url}/a`)).toMatchObject({ status: 200, url: `${end.url}/c` });
    expect(middle.requests).toEqual(['/a', '/b']);
  });

  test.each([
    ['without end', '/', /redirects without end/],
    ['to nowhere', undefined, /redirects to no address/],
    ['to a file', 'file:///etc/passwd', /redirects to no address/],
  ])('%s', async (_what, location, says) => {
    await using place = await serve((incoming, response) => to(location)(incoming, response));
    await expect(get(place.url)).rejects.toMatchObject({
      code: 'mirror_unreachable',
      message: expect.stringMatching(says),
    });
    expect(place.requests.length).toBeLessThan(8);
  });

  test('to a host that does not respond are reported with the address that was named', async () => {
    await using place = await serve((incoming, response) => to('http://127.0.0.1:9/gone')(incoming, response));
    await expect(get(`${place.url}/named`)).rejects.toMatchObject({
      message: expect.stringContaining(`http://127.0.0.1:9/gone, to which ${place.url}/named redirects: `),
    });
  });

  test('never lead from https to http', async () => {
    await using plain = await serve((_, response) => void response.end('hello'));
    await using secure = await serveSecure((incoming, response) => to(plain.url)(incoming, response));
    await expect(get(secure.url, { tls: { ca: pem('server.pem') } })).rejects.toMatchObject({
      message: expect.stringContaining('which is not encrypted'),
    });
    expect(plain.requests).toEqual([]);
  });
});

describe('https', () => {
  const caller: RequestListener = ({ socket }, response) =>
    void response.end(String((socket as TLSSocket).getPeerCertificate()?.subject?.CN ?? 'nobody'));

  test('a server whose authority are unknown is rejected', async () => {
    await using place = await serveSecure(caller);
    await expect(get(place.url)).rejects.toMatchObject({ code: 'mirror_unreachable' });
  });

  test('the identity goes to the first host, and to no other', async () => {
    await using other = await serveSecure(caller);
    await using first = await serveSecure((incoming, response) => {
      if (incoming.url === '/here') caller(incoming, response);
      else response.writeHead(302, { location: `${other.url}/there` }).end();
    });
    const tls = { cert: pem('client.pem'), key: pem('client.key'), ca: pem('server.pem') };
    const [here, there] = [fresh(), fresh()];
    await get(`${first.url}/here`, { tls }, {}, here);
    await get(`${first.url}/away`, { tls }, {}, there);
    expect(readFileSync(here, 'utf8')).toBe('client');
    expect(readFileSync(there, 'utf8')).toBe('nobody');
  });
});

describe('proxies', () => {
  /** A proxy that passes on what it is requested, by GET and by CONNECT. */
  async function proxy(): Promise<Place> {
    const requests: string[] = [];
    const server = createServer((incoming, response) => {
      requests.push(`GET ${incoming.url}`);
      request(incoming.url ?? '', (reply) => reply.pipe(response)).end();
    });
    server.on('connect', ({ url = '' }, socket) => {
      requests.push(`CONNECT ${url}`);
      const [host, port] = url.split(':');
      const far = connect(Number(port), host, () => socket.write('HTTP/1.1 200 OK\r\n\r\n'));
      far.pipe(socket);
      socket.pipe(far);
      for (const end of [far, socket]) end.on('error', () => {});
    });
    return listening(server, 'http', requests);
  }

  test('of the environment are used, as apt uses them', async () => {
    await using between = await proxy();
    await using plain = await serve((_, response) => void response.end('hello'));
    await using secure = await serveSecure((_, response) => void response.end('secret'));
    const env = { http_proxy: between.url, HTTPS_PROXY: between.url };
    expect(await get(`${plain.url}/a`, {}, env)).toMatchObject({ bytes: 5 });
    expect(await get(`${secure.url}/b`, { tls: { ca: pem('server.pem') } }, env)).toMatchObject({ bytes: 6 });
    expect(between.requests).toEqual([`GET ${plain.url}/a`, `CONNECT ${new URL(secure.url).host}`]);
    await get(`${plain.url}/c`, {}, { ...env, no_proxy: 'example.org, 127.0.0.1' });
    expect(between.requests).toHaveLength(2);
  });

  test.each([
    ['socks5://127.0.0.1:1', /only proxies of http and https/],
    ['http://127.0.0.1:1', /ECONNREFUSED/],
  ])('%s', async (http_proxy, says) => {
    await expect(get('http://127.0.0.1:2/x', {}, { http_proxy })).rejects.toThrow(says);
  });
});

import { once } from 'node:events';
import { readdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { limitPerAddress } from '../../src/server/connections.ts';
import { PLACE, placedRun } from '../fixtures/documents.ts';
import { eventually } from '../fixtures/eventually.ts';
import { at } from '../site/site-runs.ts';
import { saveRuns } from './saved-runs.ts';
import { KEY, type ServerLab, serverLab } from './server-lab.ts';

/** What senders do who mean no good, over real connections: nothing in between puts a request in order. */

const OPEN = { BPFCOMPAT_API_ALLOW_ANONYMOUS_READ: 'true', BPFCOMPAT_API_ALLOW_ANONYMOUS_VALIDATE: 'true' };
const SECRET = 'what no reader may see';

let lab: ServerLab;
let port = 0;

beforeAll(async () => {
  lab = await serverLab({ env: OPEN });
  const { workdir } = lab.services.settings;
  saveRuns(workdir, [at(placedRun(PLACE), 1)]);
  writeFileSync(join(lab.dir, 'secret.json'), `"${SECRET}"`);
  writeFileSync(join(workdir, 'secret.html'), SECRET);
  symlinkSync(join(lab.dir, 'secret.json'), join(workdir, 'runs', 'linked.json'));
  await lab.app.listen({ host: '127.0.0.1', port: 0 });
  port = (lab.app.server.address() as AddressInfo).port;
});
afterAll(() => lab[Symbol.asyncDispose]());

async function answerTo(path: string): Promise<string> {
  const socket = connect(port, '127.0.0.1').setEncoding('utf8');
  socket.write(`GET ${path} HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n`);
  let text = '';
  for await (const chunk of socket) text += chunk;
  return text;
}

const UP = ['../', '..%2f', '%2e%2e/', '%2e%2e%2f', '..%5c', '..\\', '....//', '..;/', '%252e%252e%252f', '.%00./'];
const TOPS = ['/results/', '/results/runs/latest/', '/results/assets/', '/badge/', '/jobs/', '/api/v1/validate/', '/'];
const ENDS = ['secret.html', 'secret.json', 'etc/passwd', '.bpfcompat/secret.html', 'runs/linked.json'];

test.each(TOPS)('no path below %s leaves what is to be seen there', async (top) => {
  for (const up of UP)
    for (const end of ENDS) {
      for (const path of [`${top}${up}${end}`, `${top}${up.repeat(6)}${end}`]) {
        const answer = await answerTo(path);
        expect([path, Number(answer.split(' ')[1])]).toEqual([
          path,
          expect.toSatisfy((one) => one === 200 || (one >= 400 && one < 500)),
        ]);
        expect(answer).not.toMatch(new RegExp(`${SECRET}|root:.*:0:0:`));
      }
    }
});

test('a form without an end is turned away while it arrives, and nothing is left of it', async () => {
  const socket = connect(port, '127.0.0.1').setEncoding('utf8');
  let text = '';
  socket.on('data', (chunk) => {
    text += chunk;
  });
  socket.on('error', () => {});
  const closed = once(socket, 'close');
  const head = 'Content-Type: multipart/form-data; boundary=b\r\nTransfer-Encoding: chunked';
  socket.write(`POST /api/v1/validate/start HTTP/1.1\r\nHost: 127.0.0.1\r\nX-API-Key: ${KEY}\r\n${head}\r\n\r\n`);
  const part = '--b\r\ncontent-disposition: form-data; name="artifact_file"; filename="x.o"\r\n\r\n';
  const send = (bytes: string): boolean => socket.write(`${bytes.length.toString(16)}\r\n${bytes}\r\n`);
  send(part);
  const chunk = '\u007fELF'.padEnd(1024 * 1024, 'x');
  let sent = 0;
  while (!text.includes('\r\n\r\n') && !socket.destroyed && sent < 256) {
    sent++;
    if (!send(chunk)) await Promise.race([once(socket, 'drain'), closed]).catch(() => {});
  }
  await eventually(() => expect(text).toMatch(/^HTTP\/1.1 413 /));
  // The bound is 16 MB; what else was sent was on its way.
  expect(sent).toBeLessThan(64);
  socket.destroy();
  await eventually(() => expect(readdirSync(join(lab.services.settings.workdir, 'jobs'))).toEqual([]));
});

/** A server whose patience fits a test, as ours is made. */
async function patientFor(ms: number, most: number) {
  const server = createServer({ connectionsCheckingInterval: 20 }, (_request, response) => response.end('ok'));
  server.headersTimeout = ms;
  limitPerAddress(server, most);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return { server, at: (server.address() as AddressInfo).port };
}

async function stop(server: Server): Promise<void> {
  const closed = once(server, 'close');
  server.close();
  server.closeAllConnections();
  await closed;
}

async function loris(to: number): Promise<{ socket: Socket; closed: Promise<unknown> }> {
  const socket = connect(to, '127.0.0.1').resume();
  socket.on('error', () => {});
  const closed = once(socket, 'close');
  await once(socket, 'connect');
  socket.write('GET / HTTP/1.1\r\nHost: x\r\nX-Slow: ');
  return { socket, closed };
}

test('connections on which no request comes to an end are closed', async () => {
  const { server, at: own } = await patientFor(300, 3);
  const slow = [await loris(own), await loris(own), await loris(own)];
  await Promise.all(slow.map(({ closed }) => closed));
  await stop(server);
});

test('connections of one address take no more than a share, and leave it when they end', async () => {
  // Nothing but the bound closes one while the test runs.
  const { server, at: own } = await patientFor(600_000, 3);
  const slow = [await loris(own), await loris(own), await loris(own)];
  const fourth = await loris(own);
  await fourth.closed;
  expect(slow.map(({ socket }) => socket.destroyed)).toEqual([false, false, false]);
  slow[0]?.socket.destroy();
  const open = () => new Promise((resolve) => server.getConnections((_, count) => resolve(count)));
  await eventually(async () => expect(await open()).toBe(2));
  const response = await fetch(`http://127.0.0.1:${own}/`);
  expect(await response.text()).toBe('ok');
  await stop(server);
});

test('the server itself has these bounds', () => {
  const { headersTimeout, requestTimeout, maxConnections } = lab.app.server;
  expect([headersTimeout, requestTimeout, maxConnections]).toEqual([15_000, 120_000, 512]);
});

import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createGuardedFetch, isPublic } from '../../src/server/guarded-fetch.ts';

const server = createServer((request, response) => {
  if (request.url === '/loop') response.writeHead(302, { location: '/loop' }).end();
  else if (request.url === '/large') response.end(Buffer.alloc(2 * 1024 * 1024));
  else if (request.url === '/never') response.write('{');
  else response.end('{"here":true}');
});
let port = 0;

beforeAll(async () => {
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  port = (server.address() as AddressInfo).port;
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
});

test.each([
  ...[
    '127.0.0.1',
    '10.1.2.3',
    '172.16.0.1',
    '192.168.1.1',
    '169.254.169.254',
    '100.64.0.1',
    '0.0.0.0',
    '168.63.129.16',
  ],
  ...['::1', '::ffff:10.0.0.1', 'fd00::1', 'fe80::1', '64:ff9b::a00:1', '2002:a00:1::', '198.18.0.1', '240.0.0.1', 'x'],
])('%s is not public', (address) => {
  expect(isPublic(address)).toBe(false);
});

test('addresses of the Internet are public', () => {
  expect(['1.1.1.1', '2606:4700::1111'].map(isPublic)).toEqual([true, true]);
});

describe('the guard', () => {
  test.each(['127.0.0.1', '127.1', '2130706433', '0x7f.1', '[::ffff:127.0.0.1]', '[::1]', 'localhost'])(
    'does not ask https://%s/',
    async (host) => {
      await expect(createGuardedFetch(false)(new URL(`https://${host}/`), 5000)).rejects.toThrow(
        'is not on the public Internet',
      );
    },
  );

  test('does not contact a name that has one internal address among public ones', async () => {
    const resolve = async () => [
      { address: '1.1.1.1', family: 4 },
      { address: '10.0.0.1', family: 4 },
    ];
    const fetch = createGuardedFetch(false, { resolve });
    await expect(fetch(new URL('https://keys.example/'), 5000)).rejects.toThrow(
      'keys.example is not on the public Internet',
    );
  });

  test('takes https alone, without names and other ports', async () => {
    const fetch = createGuardedFetch(false);
    for (const url of [
      'http://keys.example/',
      'https://a:b@keys.example/',
      'https://keys.example:8443/',
      'file:///etc/passwd',
    ])
      await expect(fetch(new URL(url), 5000)).rejects.toThrow(/https address|usual port/);
  });

  test('for tests reaches this machine, within its bounds', async () => {
    const fetch = createGuardedFetch(true);
    const send = (path: string, ms = 5000) => fetch(new URL(`http://127.0.0.1:${port}${path}`), ms);
    expect(await (await send('/')).json()).toEqual({ here: true });
    await expect(send('/loop')).rejects.toThrow('redirects without end');
    await expect(send('/large')).rejects.toThrow('has more than 1048576 bytes');
    await expect(send('/never', 100)).rejects.toThrow();
  });

  test('takes no more than the environment allows, and never more than its own bound', async () => {
    const send = (path: string, maxBytes: number) =>
      createGuardedFetch(true, { maxBytes })(new URL(`http://127.0.0.1:${port}${path}`), 5000);
    await expect(send('/', 12)).rejects.toThrow('has more than 12 bytes');
    expect((await send('/', 13)).status).toBe(200);
    await expect(send('/large', 134_217_728)).rejects.toThrow('has more than 1048576 bytes');
  });
});

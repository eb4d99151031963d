import { createHmac } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { KEY, type ServerLab, serverLab } from './server-lab.ts';

const HOOK = 'a secret of this test and GitHub';
const NAME = 'BPFCOMPAT_GITHUB_MARKETPLACE_WEBHOOK_SECRET';
const BODY = JSON.stringify({ action: 'purchased', sender: { login: 'somebody' }, padding: 'x'.repeat(200_000) });
const URL = '/github/marketplace/webhook';
let lab: ServerLab;

beforeAll(async () => {
  lab = await serverLab({ env: { [NAME]: HOOK } });
});
afterAll(() => lab[Symbol.asyncDispose]());

const signature = (body: string, secret = HOOK): string =>
  `sha256=${createHmac('sha256', secret).update(body).digest('hex')}`;
const send = (payload: string, headers: Readonly<Record<string, string>>, to = lab) =>
  to.inject({
    ...{ method: 'POST', url: URL, payload },
    headers: { 'content-type': 'application/json', 'x-github-event': 'marketplace_purchase', ...headers },
  });

describe('an event of GitHub Marketplace', () => {
  test('with the right signature goes to the log, without what else is in it', async () => {
    const { statusCode, json } = await send(BODY, { 'x-hub-signature-256': signature(BODY) });
    expect([statusCode, json()]).toEqual([200, { status: 'ok' }]);
    const lines = lab.log.filter((line) => line.includes('marketplace event'));
    expect(lines).toHaveLength(1);
    expect(JSON.parse(lines[0] ?? '')).toMatchObject({ event: 'marketplace_purchase', action: 'purchased' });
    expect(lines[0]).not.toContain('somebody');
  });

  test.each([
    ['no signature', BODY, {}],
    ['that of another body', BODY, { 'x-hub-signature-256': signature(`${BODY} `) }],
    ['that of another secret', BODY, { 'x-hub-signature-256': signature(BODY, `${HOOK}!`) }],
    ['half of it', BODY, { 'x-hub-signature-256': signature(BODY).slice(0, 39) }],
    ['the API key instead', BODY, { 'x-api-key': KEY }],
  ])('with %s is 401 and no event', async (_what, body, headers) => {
    const before = lab.log.length;
    const { statusCode, json } = await send(body, headers as Record<string, string>);
    expect([statusCode, json().code]).toEqual([401, 'bad_signature']);
    expect(lab.log.slice(before).join('')).not.toContain('marketplace event');
  });

  test('that is no JSON, or too large, is not taken', async () => {
    expect((await send('{', { 'x-hub-signature-256': signature('{') })).statusCode).toBe(400);
    const large = JSON.stringify('x'.repeat(1024 * 1024));
    expect((await send(large, { 'x-hub-signature-256': signature(large) })).statusCode).toBe(413);
  });

  test('has names of its own that cannot break a line of the log', async () => {
    const body = JSON.stringify({ action: 'a\n{"level":"error"}' });
    await send(body, { 'x-hub-signature-256': signature(body), 'x-github-event': 'no Such event' });
    const line = lab.log.findLast((one) => one.includes('marketplace event')) ?? '';
    expect(line.trimEnd().split('\n')).toHaveLength(1);
    expect(JSON.parse(line)).toMatchObject({ level: 'info', event: 'unknown' });
  });
});

test('without a secret each is 503, signed or not', async () => {
  await using off = await serverLab();
  for (const secret of ['', HOOK]) {
    const { statusCode, json } = await send(BODY, { 'x-hub-signature-256': signature(BODY, secret) }, off);
    expect([statusCode, json().code]).toEqual([503, 'webhook_not_configured']);
  }
});

test('profiles are 404, whatever the switch says', async () => {
  await using on = await serverLab({ env: { BPFCOMPAT_API_ENABLE_PPROF: 'true' } });
  for (const profile of ['heap', 'profile?seconds=1', ''])
    expect((await on.inject({ method: 'GET', url: `/debug/pprof/${profile}` })).statusCode).toBe(404);
  const response = await on.inject({ method: 'GET', url: '/debug/pprof/heap', headers: { 'x-api-key': KEY } });
  expect(response.json().error).toContain('node --cpu-prof');
});

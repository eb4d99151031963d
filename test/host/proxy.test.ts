import { describe, expect, test } from 'vitest';
import { proxyFor } from '../../src/host/proxy.ts';

const P = 'http://proxy.example:3128';

describe('the proxy for an address', () => {
  test.each([
    [{}, 'http://x.example/', undefined],
    [{ http_proxy: P }, 'http://x.example/', P],
    [{ http_proxy: P }, 'https://x.example/', undefined],
    [{ HTTPS_PROXY: P }, 'https://x.example/', P],
    [{ all_proxy: P }, 'https://x.example/', P],
    [{ http_proxy: 'proxy.example:3128' }, 'http://x.example/', P],
    [{ http_proxy: P, no_proxy: '*' }, 'http://x.example/', undefined],
    [{ http_proxy: P, no_proxy: 'example' }, 'http://x.example/', undefined],
    [{ http_proxy: P, no_proxy: '.x.example' }, 'http://x.example/', undefined],
    [{ http_proxy: P, no_proxy: '*.example,other' }, 'http://x.example/', undefined],
    [{ http_proxy: P, NO_PROXY: 'X.EXAMPLE' }, 'http://x.example/', undefined],
    [{ http_proxy: P, no_proxy: 'ample' }, 'http://x.example/', P],
    [{ http_proxy: P, no_proxy: 'x.example:8080' }, 'http://x.example/', P],
    [{ http_proxy: P, no_proxy: 'x.example:8080' }, 'http://x.example:8080/', undefined],
    [{ http_proxy: P, no_proxy: ',' }, 'http://x.example/', P],
  ])('%j for %s', (env, url, proxy) => {
    expect(proxyFor(env, new URL(url))).toBe(proxy);
  });
});

import { describe, expect, test } from 'vitest';
import { createHost } from '../../../../src/host/create-host.ts';
import { aptConfig, aptEnv, networkSettings, sourceLine } from '../../../../src/kernels/sources/deb/apt-config.ts';

const dirs = { state: '/s/state', cache: '/s/cache' };

describe('the private apt', () => {
  test('touches nothing of the host and accepts nothing unsigned', () => {
    const text = aptConfig(dirs, 'arm64', ['Acquire::http::Proxy "http://p:1";']);
    expect(text).toContain('Dir::Etc::parts "/dev/null";');
    expect(text).toContain('Dir::Etc::sourceparts "/dev/null";');
    expect(text).toContain('Dir::Etc::trustedparts "/dev/null";');
    expect(text).toContain('Dir::State "/s/state/";');
    expect(text).toContain('Acquire::AllowInsecureRepositories "false";');
    expect(text).toContain('APT::Architectures { "arm64"; };');
    expect(text).toContain('Acquire::http::Proxy "http://p:1";');
  });

  test('a path that cannot be quoted is rejected', () => {
    expect(() => aptConfig({ ...dirs, state: '/a"b' }, 'amd64', [])).toThrow(/BPFCOMPAT_CACHE_DIR/);
  });

  test('takes the network settings of the host and nothing else', () => {
    const dump = [
      'Acquire::http::Proxy "http://proxy.example.org:3128";',
      'Acquire::http::Proxy::local.example.org "DIRECT";',
      'Acquire::https::CaInfo "/etc/ca.pem";',
      'Acquire::AllowInsecureRepositories "true";',
      'APT::Update::Post-Invoke:: "rm -f /x";',
      'Acquire::http::Pipeline-Depth "0";',
    ].join('\n');
    expect(networkSettings(dump)).toEqual([
      'Acquire::http::Proxy "http://proxy.example.org:3128";',
      'Acquire::http::Proxy::local.example.org "DIRECT";',
      'Acquire::https::CaInfo "/etc/ca.pem";',
    ]);
  });

  test('proxies of the environment are handed on, secrets are not', () => {
    const host = createHost({ env: { PATH: '/bin', https_proxy: 'http://p', NO_PROXY: 'x', TOKEN: 'secret' } });
    expect(aptEnv(host, '/c')).toEqual({
      PATH: '/bin',
      HOME: '/',
      LC_ALL: 'C',
      APT_CONFIG: '/c',
      https_proxy: 'http://p',
      NO_PROXY: 'x',
    });
  });

  test('the source line names its keyring; a dated snapshot may be past its date', () => {
    expect(sourceLine('amd64', '/k.gpg', 'http://m.example.org/debian', 'trixie')).toBe(
      'deb [arch=amd64 signed-by=/k.gpg] http://m.example.org/debian trixie main\n',
    );
    expect(sourceLine('amd64', '/k.gpg', 'http://m.example.org/archive/debian/20260801T000000Z', 'trixie')).toContain(
      ' check-valid-until=no] ',
    );
    expect(() => sourceLine('amd64', '/k.gpg trusted=yes', 'http://m', 'x')).toThrow(/kernel.keyring/);
    expect(() => sourceLine('amd64', '/k.gpg', 'http://m', 'x main\ndeb')).toThrow(/kernel.suite/);
  });
});

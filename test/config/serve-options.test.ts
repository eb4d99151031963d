import { expect, test } from 'vitest';
import { parseArgs } from '../../src/config/parse-args.ts';
import { usageErrorOf } from './expect-usage-error.ts';

function serve(...more: string[]) {
  const parsed = parseArgs(['serve', ...more]);
  if (parsed.command !== 'serve') throw new Error(`parsed as ${parsed.command}`);
  return parsed.options;
}

test('only programs on this machine reach a server, unless it is said otherwise', () => {
  expect(serve()).toMatchObject({ host: '127.0.0.1', port: 8080, loopback: true });
  expect(serve('--addr', '[::1]:9000')).toMatchObject({ host: '::1', port: 9000, loopback: true });
});

test.each(['0.0.0.0:8080', ':8080', '[::]:8080', '192.0.2.7:8080', '127.0.0.1.example:8080', 'host:8080'])(
  '%s needs TLS or a proxy that has it',
  (addr) => {
    expect(usageErrorOf(() => serve('--addr', addr)).code).toBe('tls_missing');
    expect(serve('--addr', addr, '--behind-proxy').loopback).toBe(false);
    expect(serve('--addr', addr, '--tls-cert', 'c.pem', '--tls-key', 'k.pem').loopback).toBe(false);
  },
);

test.each(['8080', '127.0.0.1', '127.0.0.1:65536', '::1:8080', '127.0.0.1:http'])('%s is no address', (addr) => {
  expect(usageErrorOf(() => serve('--addr', addr)).code).toBe('bad_address');
});

test('a certificate and its key belong together', () => {
  expect(usageErrorOf(() => serve('--tls-cert', 'c.pem')).code).toBe('flag_conflict');
});

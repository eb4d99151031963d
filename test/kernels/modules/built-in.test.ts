import { expect, test } from 'vitest';
import { configBuiltin } from '../../../src/kernels/modules/built-in.ts';

test('what a configuration has built in', () => {
  const config = 'CONFIG_VIRTIO=y\n# CONFIG_VETH is not set\nCONFIG_DUMMY=m\nCONFIG_NET_CLS_BPF=y';
  expect(configBuiltin(config, 'virtio')).toBe(true);
  expect(configBuiltin(config, 'cls_bpf')).toBe(true);
  expect(configBuiltin(config, 'dummy')).toBe(false);
  expect(configBuiltin(config, 'veth')).toBe(false);
});

test('the name of a module is not a pattern: it may be a foreign one’s, and never come to an end', () => {
  const config = `CONFIG_${'A'.repeat(40)}=n\n`;
  expect(configBuiltin(config, '(a|a)*b')).toBe(false);
  expect(configBuiltin(config, '(')).toBe(false);
});

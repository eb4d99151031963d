import { join } from 'node:path';
import { expect, it } from 'vitest';
import { PROBE_GUEST } from '../../../src/guests/qemu/probe-guest.ts';
import { createHost } from '../../../src/host/create-host.ts';

it('is what probe-guest.S assembles to', async () => {
  const host = createHost({ env: {} });
  await using dir = await host.files.tempDir('bpfcompat-probe-test-');
  const source = join(import.meta.dirname, '../../../src/guests/qemu/probe-guest.S');
  const object = join(dir.path, 'probe.o');
  const binary = join(dir.path, 'probe.bin');
  const assembled = await host.run('as', ['--64', source, '-o', object]);
  expect(assembled.stderr.toString()).toBe('');
  await host.run('ld', ['-Ttext=0x100000', '-e', '0x100000', '--oformat', 'binary', '-o', binary, object]);
  expect((await host.files.read(binary, 4096)).toString('hex')).toBe(PROBE_GUEST.toString('hex'));
});

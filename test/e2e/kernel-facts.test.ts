import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { environmentOf } from '../../src/api/services.ts';
import { findProfile } from '../../src/config/catalog.ts';
import { imageFacts } from '../../src/kernels/image/image-facts.ts';
import { ensureKernel } from '../../src/kernels/supply.ts';
import { createCatalog } from '../../src/run/resolve.ts';
import { bpfcompat } from './support/cli.ts';
import { scratchDir } from './support/scratch.ts';

const scratch = scratchDir();
/** Packed with zstd, and with LZ4 as Ubuntu's are. */
const KERNELS = ['debian-13-6.12', 'debian-12-6.1'];

test.each(KERNELS)('build id and digest of the BTF are those that the running kernel shows: %s', async (kernel) => {
  const environment = environmentOf({});
  const { host } = environment;
  const profile = await findProfile(createCatalog(environment), kernel);
  const { files } = await ensureKernel(profile, { host, offline: true });
  const facts = await imageFacts(host, files.vmlinuz, scratch, undefined);
  const cmd = 'sha256sum /sys/kernel/btf/vmlinux; od -An -v -tx1 /sys/kernel/notes | tr -d " \\n"; exit 3';
  const args = ['test-command', '--cmd', cmd, '--kernels', kernel, '--out', `${kernel}.json`, '--expect-exit', '3'];
  const { code, stderr } = await bpfcompat(args, { cwd: scratch });
  expect(code, stderr).toBe(0);
  const said = readFileSync(join(scratch, `${kernel}.json`), 'utf8');
  expect(facts.btfSha256).toMatch(/^[0-9a-f]{64}$/);
  expect(said).toContain(`${facts.btfSha256}  /sys/kernel/btf/vmlinux`);
  // A note: four bytes of length each for name and value, the type 3, "GNU".
  expect(said).toContain(`040000001400000003000000474e5500${facts.buildId}`);
});

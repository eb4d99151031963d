import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { check, reportOf } from './support/check.ts';
import { fixture } from './support/places.ts';
import { targetOf } from './support/report.ts';
import { scratchDir } from './support/scratch.ts';

const scratch = scratchDir();
const ID = 'debian-13-6.12';
const LOCKED = `id: ${ID}
distro: debian
version: "13"
kernel_family: "6.12"
arch: x86_64
boot: {kernel_args: [lockdown=confidentiality]}
`;

test('lockdown is named for helpers and hooks, and what the remedies name works', async () => {
  const cwd = join(scratch, 'locked');
  mkdirSync(join(cwd, 'matrices/profiles'), { recursive: true });
  writeFileSync(join(cwd, 'matrices/profiles', `${ID}.yaml`), LOCKED);
  const objects = ['locked_reads', 'locked_hooks', 'locked_allowed'].map(fixture);
  const run = await check(scratch, objects, { kernels: [ID], cwd, allowProfileOverride: true });
  const [reads, hooks, allowed] = objects.map((object) => targetOf(reportOf(run, object), ID));
  const denied = (subject: string, helper?: string) => ({
    code: 'POLICY_DENIED',
    subject,
    args: { reason: 'lockdown', level: 'confidentiality', ...(helper && { helper }) },
  });
  expect(reads?.status).toBe('fail');
  // libbpf replaces both helpers by the older one, as its probe of the first is rejected.
  expect(reads?.findings).toMatchObject([
    denied('reads_kernel', 'bpf_probe_read'),
    denied('reads_user', 'bpf_probe_read'),
  ]);
  expect(hooks?.status).toBe('pass');
  expect(hooks?.findings).toMatchObject([denied('probes'), denied('switches')]);
  expect([allowed?.status, allowed?.findings ?? []]).toEqual(['pass', []]);
}, 240_000);

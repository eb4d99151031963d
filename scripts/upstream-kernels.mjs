// Writes vm/profiles/kernelorg-ROLE-VERSION.yaml and matrices/upstream-kernel-runnable.yaml: kernels that virtme-ng boots.
//
//   upstream-kernels.mjs [RELEASE|PATH ...]   default: the newest stable and mainline of kernel.org, v6.8, v6.1 and v5.15
//
// A release is downloaded by virtme-ng. One that it does not get is left out (BPFCOMPAT_VIRTME_PREFLIGHT=0 leaves none out).
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';

const RELEASES = process.env.BPFCOMPAT_KERNEL_RELEASES_URL || 'https://www.kernel.org/releases.json';
const OUT = process.env.BPFCOMPAT_OUT_MATRIX || 'matrices/upstream-kernel-runnable.yaml';
const PROFILES = process.env.BPFCOMPAT_PROFILE_DIR || 'vm/profiles';
const PREFLIGHT = (process.env.BPFCOMPAT_VIRTME_PREFLIGHT || '1') !== '0';
const PREFLIGHT_SECONDS = Number.parseInt(process.env.BPFCOMPAT_VIRTME_PREFLIGHT_TIMEOUT || '45', 10) || 45;
const VNG = process.env.BPFCOMPAT_VNG || 'vng';
const RELEASE = /^v\d+\.\d+(?:\.\d+)?(?:-rc\d+)?$/;

const say = (text) => console.error(`upstream-kernel-runnable: ${text}`);

/** The newest of kernel.org, as far as it responds. */
async function newest() {
  if (!RELEASES.startsWith('https://')) throw new Error(`${RELEASES}: the list of kernels is fetched by https alone`);
  try {
    const answer = await fetch(RELEASES, { signal: AbortSignal.timeout(20_000) });
    const { releases } = await answer.json();
    return ['stable', 'mainline'].flatMap((role) => {
      const found = releases.find(({ moniker }) => moniker === role)?.version;
      return RELEASE.test(`v${found}`) ? [{ role, run: `v${found}` }] : [];
    });
  } catch (error) {
    say(`${RELEASES} cannot be read (${error.cause?.code ?? error.message}); the newest kernels are left out`);
    return [];
  }
}

/** Why virtme-ng does not get a kernel; undefined where it does. */
function problemOf({ run }) {
  if (!RELEASE.test(run)) return existsSync(run) ? undefined : 'there is no such file';
  if (!PREFLIGHT) return undefined;
  const path = VNG.includes('/') ? `${dirname(resolve(VNG))}:${process.env.PATH}` : process.env.PATH;
  const options = { timeout: PREFLIGHT_SECONDS * 1000, encoding: 'utf8', env: { ...process.env, PATH: path } };
  const { status, error, stderr } = spawnSync(VNG, ['--dry-run', '--run', run, '--exec', 'true'], options);
  if (status === 0) return undefined;
  const last = (stderr ?? '').trimEnd().split('\n').at(-1);
  return error?.code === 'ETIMEDOUT'
    ? `no kernel within ${PREFLIGHT_SECONDS} s`
    : error?.code || last || `vng ended with ${status}`;
}

function profileOf({ role, run }) {
  const version = RELEASE.test(run) ? run.slice(1) : (/vmlinuz-(\d[\w.+-]*)$/.exec(run)?.[1] ?? 'own');
  const id = `kernelorg-${role}-${version}`.replace(/[^A-Za-z0-9._-]/g, '_').slice(0, 64);
  const family = /^\d+\.\d+/.exec(version)?.[0] ?? version;
  return {
    id,
    text: `id: ${id}
distro: kernelorg
version: ${JSON.stringify(version)}
kernel_family: ${JSON.stringify(family)}
arch: x86_64
runner: virtme-ng
virtme_ng:
  run: ${run}
boot: {memory_mb: 2048, cpus: 2}
`,
  };
}

const named = process.argv
  .slice(2)
  .map((run) => ({ role: RELEASE.test(run) ? 'release' : 'own', run: RELEASE.test(run) ? run : resolve(run) }));
const older = ['v6.8', 'v6.1', 'v5.15'].map((run) => ({ role: 'longterm', run }));
const candidates = named.length > 0 ? named : [...(await newest()), ...older];
const kept = candidates.filter((one) => {
  const problem = problemOf(one);
  if (problem !== undefined) say(`${one.run} is left out: ${problem}`);
  return problem === undefined;
});
if (kept.length === 0) {
  say(
    'no kernel is left; name one that is here: node scripts/upstream-kernels.mjs PATH/bzImage, or allow this machine to reach the kernels',
  );
  process.exit(2);
}
for (const dir of [PROFILES, dirname(OUT)]) mkdirSync(dir, { recursive: true });
const profiles = kept.map(profileOf);
for (const { id, text } of profiles) writeFileSync(`${PROFILES}/${id}.yaml`, text);
const rows = profiles.map(({ id }, index) => `  - {id: ${id}, required: ${index === 0}, timeout: 20m}\n`).join('');
writeFileSync(OUT, `# Written by make upstream-kernel-runnable.\nname: upstream-kernel-sweep\nprofiles:\n${rows}`);
console.log(`${OUT}: ${profiles.map(({ id }) => id).join(', ')}`);

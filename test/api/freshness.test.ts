import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { kernelFreshness } from '../../src/api/freshness.ts';
import { environmentOf } from '../../src/api/services.ts';
import { kernelSweep, sweepId } from '../../src/api/sweep.ts';
import { createCatalog, resolveKernels } from '../../src/run/resolve.ts';
import { el9Kernel } from '../fakes/rpm-kernels.ts';
import { makeVendorKeys, openRpmLab, type RpmLab, type VendorKeys } from '../fakes/rpm-lab.ts';
import { makeRepository } from '../fakes/rpm-repository.ts';

// A repository with three builds, and the list that a kernel-crawler makes of such repositories.
let keys: VendorKeys;
const dir = mkdtempSync(join(tmpdir(), 'bpfcompat-freshness-'));
const BUILDS = ['427.9.1.el9_4', '427.13.1.el9_4', '503.2.1.el9_5'];
const RELEASES = BUILDS.map((release) => `5.14.0-${release}.x86_64`);
const [OLDEST = '', MIDDLE = '', NEWEST = ''] = RELEASES;
beforeAll(() => {
  keys = makeVendorKeys();
  makeRepository(
    join(dir, 'el9'),
    BUILDS.flatMap((release) => el9Kernel('5.14.0', release)),
    keys.good,
  );
}, 120_000);
afterAll(() => {
  keys.drop();
  rmSync(dir, { recursive: true });
});

interface Place {
  readonly cwd: string;
  readonly around: { readonly env: Record<string, string>; readonly cwd: string; readonly allowProfileOverride: true };
  write(path: string, text: string): void;
  read(path: string): string;
}

function place(lab: RpmLab): Place {
  const cwd = join(lab.cacheDir, '../work');
  const write = (path: string, text: string): void => {
    mkdirSync(dirname(join(cwd, path)), { recursive: true });
    writeFileSync(join(cwd, path), text);
  };
  write(
    'vm/profiles/alma.yaml',
    `id: alma\ndistro: almalinux\nversion: "9"\nkernel_family: "5.14"\narch: x86_64\nboot: {memory_mb: 512}\nkernel: {source: rpm, baseurl: "${lab.baseurl}", package: kernel-core, companions: [kernel-modules-core], gpgkey: [${keys.good.file}]}\n`,
  );
  write(
    'vm/profiles/image.yaml',
    'id: image\ndistro: talos\nkernel_family: "6.6"\narch: x86_64\nimage: {local_path: x}\n',
  );
  return {
    cwd,
    around: { env: lab.env, cwd, allowProfileOverride: true },
    write,
    read: (path) => readFileSync(join(cwd, path), 'utf8'),
  };
}

const CRAWLED = {
  AlmaLinux: [
    { kernelversion: '1', kernelrelease: OLDEST, target: 'almalinux', headers: [] },
    { kernelversion: '1', kernelrelease: '5.14.0-570.1.1.el9_6.x86_64', target: 'almalinux', headers: [] },
    { kernelversion: '1', kernelrelease: '6.12.0-1.el10.x86_64', target: 'almalinux', headers: [] },
    { kernelversion: '1', kernelrelease: '5.14.0-999.rt', target: 'almalinux-rt', headers: [] },
  ],
};

describe('kernel-freshness', () => {
  test('compares with what the repositories offer', async () => {
    await using lab = await openRpmLab(join(dir, 'el9'), keys.good);
    const { around, write } = place(lab);
    const lines = [
      `  - {profile: alma, kernel: ${MIDDLE}}`,
      '  - {profile: image, kernel: 6.6.1, note: an image alone}',
      '  - {profile: nobody, kernel: 1.0}',
    ];
    write('vm/kernel-baselines.yaml', `baselines:\n${lines.join('\n')}\n`);
    const { rows, failed } = await kernelFreshness(around);
    expect(failed).toBe(false);
    expect(rows).toEqual([
      {
        profile: 'alma',
        baseline: MIDDLE,
        newest: NEWEST,
        status: 'stale',
        reason: `${NEWEST} (5.14.0-503.2.1.el9_5) is newer`,
        covered_by: '',
      },
      expect.objectContaining({ profile: 'image', status: 'uncovered', newest: '' }),
      expect.objectContaining({
        profile: 'nobody',
        status: 'uncovered',
        reason: expect.stringMatching(/^unknown profile/),
      }),
    ]);
  });

  test.each([
    ['fresh', NEWEST],
    ['fresh', '5.14.0-600.el9.x86_64'],
    ['stale', OLDEST],
    ['no-kernel', ''],
  ])('%s where %s was tested last', async (status, kernel) => {
    await using lab = await openRpmLab(join(dir, 'el9'), keys.good);
    const { around, write } = place(lab);
    write('vm/kernel-baselines.yaml', `baselines: [{profile: alma, kernel: "${kernel}"}]\n`);
    const { rows } = await kernelFreshness(around);
    expect(rows[0]).toMatchObject({ status, newest: NEWEST });
  });

  test('knows what a profile of the newest build covers', async () => {
    await using lab = await openRpmLab(join(dir, 'el9'), keys.good);
    const { around, write } = place(lab);
    write('vm/kernel-baselines.yaml', `baselines: [{profile: alma, kernel: ${OLDEST}}]\n`);
    await kernelSweep({ ...around, profile: 'alma', count: 1 });
    expect((await kernelFreshness(around)).rows[0]).toMatchObject({
      status: 'covered',
      covered_by: 'alma-k5.14.0-503.2.1.el9_5',
    });
  });

  test('reads the list of a crawler, as a file or below an address', async () => {
    await using lab = await openRpmLab(join(dir, 'el9'), keys.good);
    const { around, write } = place(lab);
    const crawler = '{distro: almalinux, target: almalinux, release_prefix: "5.14.", release_contains: el9}';
    write('vm/kernel-baselines.yaml', `baselines: [{profile: alma, kernel: ${OLDEST}, crawler: ${crawler}}]\n`);
    write('list.json', JSON.stringify(CRAWLED));
    mkdirSync(join(lab.root, 'lists/x86_64'), { recursive: true });
    writeFileSync(join(lab.root, 'lists/x86_64/list.json'), JSON.stringify(CRAWLED));
    for (const where of [{ crawlerFile: 'list.json' }, { crawlerBase: `${lab.server.url}/lists/` }]) {
      const { rows } = await kernelFreshness({ ...around, ...where });
      expect(rows[0]).toMatchObject({ status: 'stale', newest: '5.14.0-570.1.1.el9_6.x86_64' });
    }
    write('list.json', '{"AlmaLinux": 1}');
    const { rows, failed } = await kernelFreshness({ ...around, crawlerFile: 'list.json' });
    expect(failed).toBe(true);
    expect(rows[0]).toMatchObject({
      status: 'no-entries',
      reason: expect.stringContaining('not a list of a kernel-crawler'),
    });
  });

  test('a repository that cannot be read is not a fresh kernel', async () => {
    await using lab = await openRpmLab(join(dir, 'none'), keys.good);
    const { around, write } = place(lab);
    write('vm/kernel-baselines.yaml', `baselines: [{profile: alma, kernel: ${NEWEST}}]\n`);
    const { rows, failed } = await kernelFreshness(around);
    expect(failed).toBe(true);
    expect(rows[0]).toMatchObject({ status: 'no-entries', reason: expect.stringContaining('status 404') });
  });

  test('takes the kernels of a report over, and leaves comments and other lines alone', async () => {
    await using lab = await openRpmLab(join(dir, 'el9'), keys.good);
    const { around, write, read } = place(lab);
    write(
      'vm/kernel-baselines.yaml',
      `# ours\nbaselines:\n  - profile: alma # nightly\n    kernel: ${OLDEST}\n    recorded: 2026-01-01\n    note: kept\n  - profile: image\n    kernel: 6.6.1\n`,
    );
    const target = (id: string, status: string, kernel: string) => ({
      profile_id: id,
      required: true,
      status,
      host: { kernel },
    });
    write(
      'r.json',
      JSON.stringify({
        schema_version: 'v0.1',
        run: { id: 'r' },
        artifact: { path: '/a.o', basename: 'a.o', size_bytes: 1 },
        targets: [target('alma', 'fail', NEWEST), target('image', 'infra_error', '9.9')],
      }),
    );
    const { rows } = await kernelFreshness({ ...around, updateFromReport: 'r.json' });
    expect(rows[0]).toMatchObject({ status: 'fresh', baseline: NEWEST });
    expect(read('vm/kernel-baselines.yaml').replace(/recorded: \S+/, 'recorded: DAY')).toBe(
      `# ours\nbaselines:\n  - profile: alma # nightly\n    kernel: ${NEWEST}\n    recorded: DAY\n    note: kept\n  - profile: image\n    kernel: 6.6.1\n`,
    );
    const before = read('vm/kernel-baselines.yaml');
    const host = { kernel: '6.12\n  - profile: evil', arch: 'x86_64' };
    write(
      'bad.json',
      JSON.stringify({
        schema_version: 'v0.1',
        run: { id: 'r' },
        artifact: { path: '/a.o', basename: 'a.o', size_bytes: 1 },
        targets: [{ ...target('alma', 'fail', NEWEST), host }],
      }),
    );
    await expect(kernelFreshness({ ...around, updateFromReport: 'bad.json' })).rejects.toThrow(/must be one line/);
    expect(read('vm/kernel-baselines.yaml')).toBe(before);
  });

  test('a file that is wrong is reported with its line', async () => {
    await using lab = await openRpmLab(join(dir, 'none'), keys.good);
    const { around, write } = place(lab);
    await expect(kernelFreshness(around)).rejects.toThrow(/neither vm\/kernel-baselines\.yaml nor bpfcompat\.lock/);
    write('vm/kernel-baselines.yaml', 'baselines:\n  - {profile: a}\n  - {profile: a}\n');
    await expect(kernelFreshness(around)).rejects.toThrow(/^vm\/kernel-baselines\.yaml:3:\d+: .*"a" is a duplicate/);
  });
});

describe('kernel-sweep', () => {
  test('writes a profile for each of the newest builds and a matrix that can be run', async () => {
    await using lab = await openRpmLab(join(dir, 'el9'), keys.good);
    const { around, read } = place(lab);
    const { profiles, matrix } = await kernelSweep({ ...around, profile: 'alma', count: 2 });
    expect(matrix).toBe('matrices/kernel-sweep-alma.yaml');
    expect(profiles.map(({ id }) => id)).toEqual(['alma-k5.14.0-503.2.1.el9_5', 'alma-k5.14.0-427.13.1.el9_4']);
    expect(read(matrix)).toBe(
      'name: kernel-sweep-alma\nprofiles:\n  - id: alma-k5.14.0-503.2.1.el9_5\n    required: true\n    timeout: 20m\n  - id: alma-k5.14.0-427.13.1.el9_4\n    required: true\n    timeout: 20m\n',
    );
    expect(read('vm/profiles/alma-k5.14.0-503.2.1.el9_5.yaml')).toContain(`install_kernel: ${NEWEST}\n`);
    const catalog = createCatalog(environmentOf(around));
    const { entries } = await resolveKernels(catalog, { kind: 'matrix', value: matrix });
    expect(entries.map(({ profile, timeoutMs }) => [profile.kernelFamily, profile.memoryMb, timeoutMs])).toEqual([
      ['5.14', 512, 1_200_000],
      ['5.14', 512, 1_200_000],
    ]);
    const [first] = entries;
    const { files } = await lab.ensure(first?.profile as NonNullable<typeof first>['profile']);
    expect(files.record.release).toBe(NEWEST);
  });

  test('takes the releases of a crawler, of one series', async () => {
    await using lab = await openRpmLab(join(dir, 'el9'), keys.good);
    const { around, write } = place(lab);
    write('b.yaml', 'baselines: [{profile: alma, crawler: {distro: AlmaLinux, target: almalinux}}]\n');
    write('list.json', JSON.stringify(CRAWLED));
    const crawled = { ...around, profile: 'alma', baselines: 'b.yaml', crawlerFile: 'list.json' };
    const ids = async (more: object) => (await kernelSweep({ ...crawled, ...more })).profiles.map(({ id }) => id);
    expect(await ids({})).toEqual(['alma-k5.14.0-570.1.1.el9_6', 'alma-k5.14.0-427.9.1.el9_4']);
    expect(await ids({ series: '6.12', matrixOut: 'm.yaml' })).toEqual(['alma-k6.12.0-1.el10']);
    await expect(ids({ series: '7.0' })).rejects.toThrow(
      /no release of series 7\.0; there are 6\.12\.0-1\.el10\.x86_64/,
    );
  });

  test('writes over no file that is neither matrix nor profile, and through no link out of the repository', async () => {
    await using lab = await openRpmLab(join(dir, 'el9'), keys.good);
    const { cwd, around, write, read } = place(lab);
    mkdirSync(join(cwd, '.git'));
    const sweep = (more: object) => kernelSweep({ ...around, profile: 'alma', count: 1, ...more });
    write('README.md', '# mine\n');
    await expect(sweep({ matrixOut: 'README.md' })).rejects.toThrow(/README\.md is there already and is not a matrix/);
    expect(read('README.md')).toBe('# mine\n');
    write('own/alma-k5.14.0-503.2.1.el9_5.yaml', 'a: list\n');
    await expect(sweep({ profileDir: 'own' })).rejects.toThrow(/el9_5\.yaml is there already and is not a profile/);
    symlinkSync(lab.cacheDir, join(cwd, 'link'));
    await expect(sweep({ matrixOut: 'link/m.yaml' })).rejects.toThrow(/it is a link to .*, outside of/);
    expect(existsSync(join(cwd, 'vm/profiles/alma-k5.14.0-503.2.1.el9_5.yaml'))).toBe(false);
    await sweep({});
    expect((await sweep({})).profiles).toHaveLength(1);
  });

  test('names profiles as the earlier tool does', () => {
    expect(sweepId('ubuntu-22.04-5.15', '5.15.0-184-generic')).toBe('ubuntu-22.04-5.15-k5.15.0-184');
    expect(sweepId('a', '5.14.0-1.el9.aarch64')).toBe('a-k5.14.0-1.el9');
    expect(sweepId('a', '6.1.0-32-cloud-amd64')).toBe('a-k6.1.0-32-cloud-amd64');
    expect(sweepId('a', '6.12.118+deb13-cloud-amd64')).toBe('a-k6.12.118_deb13-cloud-amd64');
  });
});

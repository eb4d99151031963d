// Builds the programs that load objects with other libraries (docs/loaders.md) into build/loaders, and writes loaders.json,
// which names each file by its digest. Usage: node scripts/build-loaders.mjs [NAME...]; default: all of them.
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const out = join(root, 'build', 'loaders');
const list = join(out, 'loaders.json');
/** Where loaders lie in a guest. */
const GUEST = '/bpfcompat/loaders';

/** The libbpf that Debian 12 ships: what many programs are still linked with. */
const OLD_LIBBPF = {
  path: 'pool/main/libb/libbpf/libbpf-dev_1.1.2-0+deb12u1_amd64.deb',
  sha256: '0100eea9fdf5cc925b9073b47684bba85b531657610e634be8bf90264a32b552',
};

const run = (program, args, options = {}) =>
  execFileSync(program, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'], ...options });

const sha256 = (file) => createHash('sha256').update(readFileSync(file)).digest('hex');

/** A file of a loader, and where it lies in the guest. */
const fileOf = (file, path) => ({ file: file.slice(out.length + 1), path, sha256: sha256(file) });

/** A program of ours, which can wait for its object. */
function own(name, version, file) {
  return { name, version, waits: true, files: [fileOf(file, `${GUEST}/${basename(file)}`)] };
}

/** One program per go.mod: the newest version, and those in versions/. */
function goLoaders() {
  const source = join(root, 'loaders', 'ebpf-go');
  const versions = join(source, 'versions');
  const modules = [
    'go.mod',
    ...readdirSync(versions)
      .filter((name) => name.endsWith('.mod'))
      .map((name) => `versions/${name}`),
  ];
  return modules.map((module) => {
    const version = /github\.com\/cilium\/ebpf v(\S+)/.exec(readFileSync(join(source, module), 'utf8'))[1];
    const file = join(out, `ebpf-go-${version}`);
    // Versions in versions/ are older ones.
    const tags = module === 'go.mod' ? [] : ['-tags=ebpf_global_types'];
    const args = ['build', '-trimpath', '-ldflags=-s -w', ...tags, `-modfile=${module}`, '-o', file, '.'];
    run('go', args, {
      cwd: source,
      env: { ...process.env, CGO_ENABLED: '0', GOOS: 'linux', GOARCH: 'amd64', GOFLAGS: '' },
    });
    return own('ebpf-go', version, file);
  });
}

function ayaLoaders() {
  const source = join(root, 'loaders', 'aya');
  const lock = readFileSync(join(source, 'Cargo.lock'), 'utf8');
  const version = /name = "aya"\nversion = "([^"]+)"/.exec(lock)[1];
  const target = 'x86_64-unknown-linux-gnu';
  const env = {
    ...process.env,
    BPFCOMPAT_LIBRARY_VERSION: version,
    RUSTFLAGS: `-C target-feature=+crt-static --remap-path-prefix=${source}=.`,
    CARGO_TARGET_DIR: join(root, 'build', 'cargo'),
  };
  run('cargo', ['build', '--quiet', '--release', '--locked', '--target', target], { cwd: source, env });
  const file = join(out, `aya-${version}`);
  copyFileSync(join(env.CARGO_TARGET_DIR, target, 'release', 'bpfcompat-loader-aya'), file);
  return [own('aya', version, file)];
}

const CFLAGS = ['-O2', '-Wall', '-Wextra', '-Werror', '-static'];

function libbpfLoaders() {
  const staged = join(root, 'build', 'libbpf-1.1');
  const fetch = join(root, 'validator-c', 'scripts', 'fetch-source.sh');
  const deb = run(fetch, [OLD_LIBBPF.path, OLD_LIBBPF.sha256]).trim();
  rmSync(staged, { recursive: true, force: true });
  mkdirSync(staged, { recursive: true });
  run('sh', ['-c', 'ar p "$1" data.tar.xz | tar -xJ -C "$2"', 'sh', deb, staged]);
  const usr = join(staged, 'usr');
  const file = join(out, 'libbpf-1.1.2');
  const sources = [join(root, 'loaders', 'libbpf', 'main.c'), join(usr, 'lib', 'x86_64-linux-gnu', 'libbpf.a')];
  const wrapped = ['btf__load_vmlinux_btf', 'btf__free'].map((name) => `-Wl,--wrap=${name}`);
  run('gcc', [...CFLAGS, '-s', ...wrapped, `-I${join(usr, 'include')}`, ...sources, '-lelf', '-lz', '-o', file]);
  return [own('libbpf', '1.1.2', file)];
}

/** bpftool of this machine, with the libraries that it is linked with, behind a program of ours that runs it. */
function bpftoolLoaders() {
  const bpftool = run('sh', ['-c', 'PATH="$PATH:/usr/sbin:/sbin"; command -v bpftool']).trim();
  const version = /bpftool v(\S+)/.exec(run(bpftool, ['version']))[1];
  const wrapper = join(out, `bpftool-${version}`);
  const named = `-DBPFTOOL_VERSION="${version}"`;
  run('gcc', [...CFLAGS, '-s', named, join(root, 'loaders', 'bpftool', 'main.c'), '-o', wrapper]);
  const libraries = [...run('ldd', [bpftool]).matchAll(/(\/\S+) \(0x/g)].map(([, path]) => path);
  const directory = join(out, `bpftool-${version}.files`);
  rmSync(directory, { recursive: true, force: true });
  mkdirSync(directory);
  const take = (from, to) => {
    const file = join(directory, basename(to));
    copyFileSync(from, file);
    return fileOf(file, to);
  };
  const files = [
    fileOf(wrapper, `${GUEST}/bpftool-loader`),
    take(bpftool, `${GUEST}/bpftool`),
    ...libraries.map((path) => take(path, path)),
  ];
  return [{ name: 'bpftool', version, waits: true, files }];
}

const BUILDERS = { 'ebpf-go': goLoaders, aya: ayaLoaders, libbpf: libbpfLoaders, bpftool: bpftoolLoaders };

function requested() {
  const names = process.argv.slice(2).filter((name) => name !== '');
  const unknown = names.find((name) => !Object.hasOwn(BUILDERS, name));
  if (unknown !== undefined) {
    process.stderr.write(`build-loaders: "${unknown}" is not a loader; use ${Object.keys(BUILDERS).join(', ')}\n`);
    process.exit(1);
  }
  return names.length > 0 ? names : Object.keys(BUILDERS);
}

const names = requested();
mkdirSync(out, { recursive: true });
const built = names.flatMap((name) => BUILDERS[name]());
const before = existsSync(list) ? JSON.parse(readFileSync(list, 'utf8')).loaders : [];
const loaders = [...before.filter(({ name }) => !names.includes(name)), ...built];
writeFileSync(list, `${JSON.stringify({ loaders }, null, 2)}\n`);
for (const { name, version, files } of built) process.stdout.write(`${name}@${version} ${files[0].sha256}\n`);

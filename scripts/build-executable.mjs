// Builds build/bpfcompat-linux-ARCH, one file with Node.js, the program and the validator in it: node scripts/build-executable.mjs
// Needs what `make build` makes. Prints its size and how long it takes to start, compared with bin/bpfcompat.
import { execFileSync, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  chmodSync,
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { inject } from 'postject';

process.chdir(fileURLToPath(new URL('..', import.meta.url)));
/** Directories and files of the package that the program reads. */
const PARTS = ['package.json', 'LICENSE', 'build/cli.mjs', 'build/cli', 'dist/validator', 'matrices', 'schemas', 'web'];
const MAX_BYTES = 120_000_000;
const MAX_RATIO = 1.3;
/** How Node.js finds what was put into it. */
const FUSE = 'NODE_SEA_FUSE_fce680ab2cc467b6e072b8b5df1996b2';

function filesOf(path) {
  if (!statSync(path).isDirectory()) return [path];
  return readdirSync(path)
    .sort()
    .flatMap((name) => filesOf(join(path, name)));
}

function pack() {
  const names = PARTS.flatMap(filesOf);
  const contents = names.map((name) => readFileSync(name));
  names.push('build/start.cjs');
  contents.push(Buffer.from("import('./cli.mjs');\n"));
  const list = names.map((name, index) => {
    const mode = statSync(name, { throwIfNoEntry: false })?.mode & 0o100 ? 0o755 : 0o644;
    const sha256 = createHash('sha256').update(contents[index]).digest('hex');
    return { name, mode, bytes: contents[index].length, sha256 };
  });
  return { list: JSON.stringify(list), files: gzipSync(Buffer.concat(contents), { level: 9 }) };
}

function median(values) {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)];
}

/** Milliseconds of one start that only prints its version. */
function start(command, env) {
  const began = performance.now();
  const { status, stderr } = spawnSync(command, ['version'], { env, encoding: 'utf8' });
  if (status !== 0 || stderr !== '') throw new Error(`${command} version ended with ${status}: ${stderr}`);
  return performance.now() - began;
}

const out = `build/bpfcompat-linux-${process.arch === 'x64' ? 'x86_64' : process.arch}`;
const work = 'build/executable';
rmSync(work, { recursive: true, force: true });
mkdirSync(work, { recursive: true });
const { list, files } = pack();
writeFileSync(`${work}/list`, list);
writeFileSync(`${work}/files`, files);
writeFileSync(`${work}/digest`, createHash('sha256').update(list).update(files).digest('hex'));
const config = {
  main: 'scripts/executable-main.cjs',
  output: `${work}/blob`,
  disableExperimentalSEAWarning: true,
  assets: { list: `${work}/list`, files: `${work}/files`, digest: `${work}/digest` },
};
writeFileSync(`${work}/config.json`, JSON.stringify(config));
execFileSync(process.execPath, ['--experimental-sea-config', `${work}/config.json`], {
  stdio: ['ignore', 'ignore', 'inherit'],
});
copyFileSync(process.execPath, `${work}/program`);
chmodSync(`${work}/program`, 0o755);
// Names for debuggers, which official builds have, are a sixth of it.
spawnSync('strip', ['--strip-all', `${work}/program`], { stdio: 'ignore' });
await inject(`${work}/program`, 'NODE_SEA_BLOB', readFileSync(`${work}/blob`), { sentinelFuse: FUSE });
copyFileSync(`${work}/program`, out);
rmSync(work, { recursive: true });

const bytes = statSync(out).size;
const cache = mkdtempSync(join(tmpdir(), 'bpfcompat-executable-'));
const env = { ...process.env, BPFCOMPAT_CACHE_DIR: cache };
const first = start(out, env);
// In turns: what else this machine does meets both alike.
const turns = Array.from({ length: 15 }, () => [start(out, env), start('bin/bpfcompat', env)]);
rmSync(cache, { recursive: true });
const [own, npm] = [0, 1].map((index) => median(turns.map((turn) => turn[index])));
const ratio = own / npm;
console.log(
  `${out}: ${(bytes / 1e6).toFixed(1)} MB; starts in ${own.toFixed(0)} ms (bin/bpfcompat: ${npm.toFixed(0)} ms, ratio ${ratio.toFixed(2)}), the first time in ${first.toFixed(0)} ms`,
);
if (bytes > MAX_BYTES || ratio > MAX_RATIO) {
  console.error(`too large or too slow: at most ${MAX_BYTES / 1e6} MB and a ratio of ${MAX_RATIO}`);
  process.exitCode = 1;
}

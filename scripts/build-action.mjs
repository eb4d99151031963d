// Builds dist/: action.cjs, the one file that a runner starts as main and as post, clients.cjs, which that one reads when it
// talks to GitHub, frame-thread.mjs, which it starts for guests that say much, the licences of what is in them, and the guest validator. The same sources give the same bytes, in any directory and at any commit.

import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { validatorLicences } from './validator-licences.mjs';
import { toolchain, VALIDATORS, validatorSources } from './validator-origin.mjs';

process.chdir(fileURLToPath(new URL('..', import.meta.url)));
const outDir = process.argv[2] ?? 'dist';
const bundle = join(outDir, 'action.cjs');
const { version } = JSON.parse(readFileSync('package.json', 'utf8'));
mkdirSync(outDir, { recursive: true });

const clients = join(outDir, 'clients.cjs');

/** What main reads only when it is needed stays a file of its own. */
const clientsApart = {
  name: 'clients-apart',
  setup({ onResolve }) {
    onResolve({ filter: /^\.\/clients\.ts$/ }, () => ({ path: './clients.cjs', external: true }));
  },
};

/** Commands that a step runs (`ActionCommand`). The others stay out: they are for machines of their own. */
const IN_STEPS = ['test', 'suite', 'plan', 'merge'].map((name) => `./${name}-command.ts`);
const commandsApart = {
  name: 'commands-apart',
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /^\.\/[a-z-]+-command\.ts$/ }, ({ path, kind }) =>
      kind === 'dynamic-import' && !IN_STEPS.includes(path) ? { path, namespace: 'left-out' } : undefined,
    );
    onLoad({ filter: /.*/, namespace: 'left-out' }, ({ path }) => ({
      contents: `throw new Error('${path} is not part of the Action')`,
    }));
  },
};

/** Bundles one entry into one file. @returns the paths of what went in */
async function bundleFile(entry, outfile, plugins, differently = {}) {
  const { metafile } = await build({
    entryPoints: [entry],
    outfile: `${outfile}.tmp`,
    bundle: true,
    platform: 'node',
    target: 'node20',
    format: 'cjs',
    // The cache client distinguishes its errors by the names of their classes.
    keepNames: true,
    external: ['cpu-features', '*.node'],
    plugins,
    define: {
      'import.meta.url': '__bundle_url',
      // The commit that holds this file cannot stand in it: the runner says which ref of the action it took.
      __BPFCOMPAT_BUILD__: JSON.stringify({ version, commit: 'unknown', buildDate: 'unknown' }),
    },
    banner: { js: "const __bundle_url = require('node:url').pathToFileURL(__filename).href;" },
    legalComments: 'none',
    metafile: true,
    logLevel: 'warning',
    ...differently,
  });
  renameSync(`${outfile}.tmp`, outfile);
  return Object.keys(metafile.inputs);
}

const thread = join(outDir, 'frame-thread.mjs');
const inputs = [
  ...(await bundleFile('src/action/main.ts', bundle, [clientsApart, commandsApart])),
  ...(await bundleFile('src/action/clients.ts', clients, [])),
  ...(await bundleFile('src/guests/frame-thread.mts', thread, [], { format: 'esm', banner: {} })),
];

/** Directories of the packages that are in the bundle, sorted. */
function bundledPackages() {
  const dirs = inputs.flatMap((path) => {
    const match = /^(.*node_modules\/(?:@[^/]+\/)?[^/]+)\//.exec(path);
    return match ? [match[1]] : [];
  });
  return [...new Set(dirs)].sort();
}

function licenceOf(dir) {
  const file = [
    'LICENSE',
    'LICENSE.md',
    'LICENSE.txt',
    'LICENCE',
    'license',
    'License.txt',
    'LICENSE-MIT.txt',
    'license.md',
  ].find((name) => existsSync(join(dir, name)));
  const { name, version: itsVersion, license } = JSON.parse(readFileSync(join(dir, 'package.json'), 'utf8'));
  const text = file ? readFileSync(join(dir, file), 'utf8').replace(/\r\n?/g, '\n').trim() : '';
  return `${name} ${itsVersion}\n${typeof license === 'string' ? license : 'see its text'}\n\n${text}\n`;
}

writeFileSync(
  join(outDir, 'licenses.txt'),
  bundledPackages()
    .map(licenceOf)
    .join(`\n${'-'.repeat(80)}\n\n`),
);

function addValidators() {
  const dir = join(outDir, 'validator');
  mkdirSync(dir, { recursive: true });
  const sums = VALIDATORS.map(({ name, built, goal }) => {
    if (!existsSync(built)) throw new Error(`${built} is missing: make ${goal}`);
    copyFileSync(built, join(dir, name));
    return `${createHash('sha256').update(readFileSync(built)).digest('hex')}  ${name}\n`;
  });
  writeFileSync(join(dir, 'SHA256SUMS'), sums.join(''));
  // Beside the validator: those of the bundle come from npm and are the same on every machine.
  writeFileSync(join(dir, 'licenses.txt'), validatorLicences());
  // The same compiler and libraries give the same bytes; others may not, hence they are named.
  const origin = { sources_sha256: validatorSources(), ...toolchain() };
  writeFileSync(join(dir, 'origin.json'), `${JSON.stringify(origin, null, 2)}\n`);
}
if (process.argv[3] !== '--bundle-only') addValidators();

/** A bundle that builds may still die while it loads: start it as a runner would, with an input that it rejects. */
function tryBundle() {
  const dir = mkdtempSync(join(tmpdir(), 'bpfcompat-dist-'));
  try {
    for (const name of ['output', 'state', 'summary']) writeFileSync(join(dir, name), '');
    const env = {
      PATH: process.env.PATH,
      HOME: dir,
      RUNNER_TEMP: dir,
      GITHUB_WORKSPACE: dir,
      GITHUB_OUTPUT: join(dir, 'output'),
      GITHUB_STATE: join(dir, 'state'),
      GITHUB_STEP_SUMMARY: join(dir, 'summary'),
      INPUT_MODE: 'nothing',
    };
    let said = '';
    try {
      said = execFileSync(process.execPath, [bundle], { env, encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] });
    } catch (error) {
      said = error.stdout ?? '';
    }
    if (!said.includes('input mode must be run, plan or merge')) throw new Error(`${bundle} does not run:\n${said}`);
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
}
tryBundle();
const megabytes = (path) => `${path} ${(statSync(path).size / 1e6).toFixed(2)} MB`;
console.log(`built ${megabytes(bundle)}, ${megabytes(clients)}, of ${bundledPackages().length} packages`);

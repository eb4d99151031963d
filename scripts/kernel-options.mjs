// Writes src/classify/tables/kernel-options.ts out of the configurations of the Debian kernels in the store: fetch those first
// (bpfcompat kernels fetch --kernels ...). A profile that is not stored keeps its row.
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build } from 'esbuild';

const root = fileURLToPath(new URL('..', import.meta.url));
process.chdir(root);
const outfile = 'build/kernel-options.mjs';
await build({
  stdin: {
    contents: `export { KNOWN_OPTIONS } from './src/classify/build-options.ts';
      export { KERNEL_OPTIONS } from './src/classify/tables/kernel-options.ts';`,
    resolveDir: root,
    loader: 'ts',
  },
  outfile,
  bundle: true,
  platform: 'node',
  format: 'esm',
  logLevel: 'warning',
});
const { KNOWN_OPTIONS, KERNEL_OPTIONS } = await import(pathToFileURL(outfile).href);
const store = process.env.BPFCOMPAT_CACHE_DIR ?? join(homedir(), '.cache/bpfcompat');

/** `KEY=value` of a configuration as one letter; `-`: not set. */
function letter(config, option) {
  const value = new RegExp(`^${option}=(.)`, 'm').exec(config)?.[1];
  return value === 'm' ? 'm' : value === undefined ? '-' : 'y';
}

const rows = new Map();
const names = KNOWN_OPTIONS.join(' ');
const [, known = '', ...old] = KERNEL_OPTIONS.split('\n');
// Letters of other options say nothing about these.
if (known === names) for (const row of old.filter(Boolean)) rows.set(row.split(' ')[0], row);
const newest = new Map();
for (const file of readdirSync(join(store, 'kernels'))) {
  const record = JSON.parse(readFileSync(join(store, 'kernels', file), 'utf8'));
  if (!/^debian-[\d.]+-[\d.]+(?:-generic|-rt)?$/.test(record.profile) || !record.config) continue;
  if (record.arch !== 'x86_64' || (record.vouched?.by ?? 'nobody') === 'nobody') continue;
  if ((newest.get(record.profile)?.fetchedAt ?? '') < record.fetchedAt) newest.set(record.profile, record);
}
for (const { profile, release, package: from, config } of newest.values()) {
  const path = join(store, 'blobs/sha256', config.sha256);
  if (!existsSync(path)) continue;
  const text = readFileSync(path, 'utf8');
  const letters = KNOWN_OPTIONS.map((option) => letter(text, option)).join('');
  rows.set(profile, `${profile} ${release} ${from.version} ${config.sha256.slice(0, 16)} ${letters}`);
}
const sorted = [...rows.values()].sort((a, b) => a.localeCompare(b, 'en', { numeric: true }));
const table = `/**
 * Made by \`npm run kernel-options\` out of the configurations in Debian's verified packages (x86_64). First line: options. Then one
 * kernel each: profile, release, version of the package, first half of its configuration's sha256, and a letter per option: \`y\`,
 * \`m\` (module) or \`-\` (not set).
 */
export const KERNEL_OPTIONS = \`
${names}
${sorted.join('\n')}
\`;
`;
writeFileSync('src/classify/tables/kernel-options.ts', table);

// Which kernels of a matrix are stored, can be fetched, or need something of one's own:
//   matrix-state.mjs list MATRIX
//   matrix-state.mjs fetch MATRIX                                fetches what can be; 2 when some could not be
//   matrix-state.mjs runnable MATRIX [--strict] [--keep-manual]  writes matrices/MATRIX-runnable.yaml: 2 when nothing is
//                                                                left, 3 (--strict) when a required kernel is left out
import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { parse, stringify } from 'yaml';

process.chdir(fileURLToPath(new URL('..', import.meta.url)));
const options = { strict: { type: 'boolean' }, 'keep-manual': { type: 'boolean' } };
const { values, positionals } = parseArgs({ options, allowPositionals: true });
const [task, name] = positionals;
const program = process.env.BPFCOMPAT ?? 'bin/bpfcompat';

/** Of every profile: `cached`, `downloadable`, or `manual` with the reason. */
function states() {
  const { status, stdout } = spawnSync(program, ['kernels', 'list', '--json'], {
    encoding: 'utf8',
    maxBuffer: 1 << 28,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  if (status !== 0) process.exit(1);
  const stateOf = ({ stored, unbootable, problem }) => {
    if (stored) return { state: 'cached', why: '' };
    const why = unbootable || problem;
    return why === '' ? { state: 'downloadable', why } : { state: 'manual', why };
  };
  return new Map(JSON.parse(stdout).kernels.map((kernel) => [kernel.profile, stateOf(kernel)]));
}

function show(rows) {
  for (const { id, state, why } of rows) console.log(`${state.padEnd(12)} ${id}${why === '' ? '' : `: ${why}`}`);
  const words = [...new Set(rows.map(({ state }) => state))];
  console.log(words.map((word) => `${rows.filter(({ state }) => state === word).length} ${word}`).join(', '));
}

if (!['list', 'fetch', 'runnable'].includes(task) || name === undefined) {
  console.error('matrix-state: write list, fetch or runnable, and the name of a matrix');
  process.exit(1);
}
const matrix = parse(readFileSync(`matrices/${name}.yaml`, 'utf8'));
const known = states();
const rows = matrix.profiles.map(({ id, required }) => ({
  id,
  required: required !== false,
  ...(known.get(id) ?? { state: 'manual', why: 'there is no such profile' }),
}));

if (task === 'list') show(rows);
if (task === 'fetch') {
  const requested = rows.filter(({ state }) => state === 'downloadable').map(({ id }) => id);
  if (requested.length > 0) spawnSync(program, ['kernels', 'fetch', ...requested], { stdio: 'inherit' });
  const now = states();
  const after = rows.map((row) => {
    if (!requested.includes(row.id)) return row;
    return { ...row, state: now.get(row.id)?.state === 'cached' ? 'downloaded' : 'failed' };
  });
  show(after);
  if (after.some(({ state }) => state === 'failed')) process.exitCode = 2;
}
if (task === 'runnable') {
  const dropped = values['keep-manual'] ? [] : rows.filter(({ state }) => state === 'manual');
  const kept = rows.filter((row) => !dropped.includes(row));
  for (const { id, required, why } of dropped) console.log(`left out${required ? ', required' : ''}: ${id}: ${why}`);
  const file = `matrices/${name}-runnable.yaml`;
  const profiles = matrix.profiles.filter(({ id }) => kept.some((row) => row.id === id));
  if (kept.length === 0) {
    console.error(`${name}: no kernel is left`);
    process.exit(2);
  }
  writeFileSync(file, stringify({ ...matrix, name: `${name}-runnable`, profiles }));
  console.log(`${file}: ${kept.length} of ${rows.length} kernels`);
  if (values.strict && dropped.some(({ required }) => required)) process.exitCode = 3;
}

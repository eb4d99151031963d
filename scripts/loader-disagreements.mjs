// Groups what loaders disagree on. Usage: node scripts/loader-disagreements.mjs RUN_DIRECTORY|REPORT.json...
// Reads reports of `bpfcompat test --loaders ...` and prints, for each loader that rejects what another accepts, the groups of the
// same code and reason with their objects and the words of the first one.
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';

/** Reports in a file: one, or those of a collection, which stand beside it. */
function reportsIn(file) {
  const document = JSON.parse(readFileSync(file, 'utf8'));
  if (document.cases === undefined) return [document];
  return document.cases.flatMap(({ report_json_path: path }) => reportsIn(resolve(dirname(file), path)));
}

const files = process.argv.slice(2).flatMap((path) =>
  statSync(path).isDirectory()
    ? readdirSync(path)
        .filter((name) => name.endsWith('.json'))
        .map((name) => join(path, name))
    : [path],
);
if (files.length === 0) {
  process.stderr.write('usage: node scripts/loader-disagreements.mjs REPORT.json...\n');
  process.exit(1);
}

const groups = new Map();
const counts = new Map();
for (const { artifact, targets } of files.flatMap(reportsIn)) {
  for (const { loaders = [], loader_disagreements: found = [] } of targets) {
    for (const { name, version, status } of loaders) {
      const key = `${name} ${version}: ${status}`;
      counts.set(key, (counts.get(key) ?? 0) + 1);
    }
    for (const { rejecting, accepting, code, reason = '', title, maps = [] } of found) {
      const loader = loaders.find(({ name, version }) => `${name} ${version}` === rejecting);
      const key = `${rejecting} rejects: ${code}${reason === '' ? '' : `/${reason}`}`;
      const group = groups.get(key) ?? { objects: new Set(), said: new Set() };
      group.objects.add(artifact.basename.replace(/\.bpf\.o$/, ''));
      group.said.add([loader?.evidence?.text ?? title, ...maps].join('; ').slice(0, 400));
      group.accepting = accepting;
      groups.set(key, group);
    }
  }
}

for (const [key, count] of [...counts].sort()) process.stdout.write(`${key} ${count}\n`);
for (const [key, { objects, said, accepting }] of [...groups].sort()) {
  process.stdout.write(`\n${key} (${accepting} accepts): ${objects.size} objects\n  ${[...objects].join(' ')}\n`);
  for (const words of said) process.stdout.write(`  - ${words.replace(/\s+/g, ' ')}\n`);
}

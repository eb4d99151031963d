#!/usr/bin/env node
// bin/bpfcompat and bin/bpfcompat-agent: each starts its bundle, and says so where that was never built or was cleaned away.
const { existsSync } = require('node:fs');
const { basename, resolve } = require('node:path');

const root = resolve(__dirname, '..');
const program = basename(__filename) === 'bpfcompat-agent' ? 'agent' : 'cli';
if (existsSync(resolve(root, `build/${program}.mjs`))) {
  import(`../build/${program}.mjs`);
} else {
  process.stderr.write(
    `bpfcompat: it is not built (${root}/build/${program}.mjs is missing); run: make -C ${root} build\n`,
  );
  process.exitCode = 1;
}

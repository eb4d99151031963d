#!/usr/bin/env node
// bin/bpfcompat: starts the bundle beside it, and says so where that was never built or was cleaned away.
const { existsSync } = require('node:fs');
const { resolve } = require('node:path');

const root = resolve(__dirname, '..');
if (existsSync(resolve(root, 'build/cli.mjs'))) {
  import('../build/cli.mjs');
} else {
  process.stderr.write(`bpfcompat: it is not built (${root}/build/cli.mjs is missing); run: make -C ${root} build\n`);
  process.exitCode = 1;
}

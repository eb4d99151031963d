#!/usr/bin/env node
// A guest that prints 200 MB, then works.
import { begin, exit, hello, load, onRequest, open, say } from './wire.mjs';

const megabyte = Buffer.from(`${'x'.repeat(79)}\n`.repeat(13_108));
process.stdout.write('first line\n');
for (let i = 0; i < 200; i++) {
  await new Promise((resolve) => process.stdout.write(megabyte, resolve));
}
process.stdout.write('last line\n');
hello();
onRequest((request) => say(begin(request), open, load('pass'), exit()));

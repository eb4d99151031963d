#!/usr/bin/env node
// A system that installs a kernel and powers off; without the disk with packages it ends at once.
const args = process.argv.join(' ');
if (args.includes('node-name=packages')) process.stdout.write('bpfcompat: booted next is the kernel 6.8.0-1-test\r\n');
else process.stderr.write('booted from its disk\n');

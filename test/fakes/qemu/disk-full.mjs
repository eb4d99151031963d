#!/usr/bin/env node
// QEMU that meets a full disk.
process.stderr.write('qemu-system-x86_64: cannot allocate: No space left on device\n');
process.exitCode = 1;

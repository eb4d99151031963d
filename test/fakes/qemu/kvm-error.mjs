#!/usr/bin/env node
// KVM gives up, QEMU stays alive.
process.stderr.write('KVM internal error. Suberror: 1\nemulation failure\nRAX=0000000000000000\n');
setInterval(() => {}, 1000);

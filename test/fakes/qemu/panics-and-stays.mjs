#!/usr/bin/env node
// A guest that panics during boot and does not go away.
process.stdout.write('Kernel panic - not ');
setTimeout(() => process.stdout.write('syncing: VFS: Unable to mount root fs\n'), 50);
setInterval(() => {}, 1000);

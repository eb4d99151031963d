#!/usr/bin/env node
// A guest that stalls in early boot.
process.stdout.write('Decompressing Linux...\n');
setInterval(() => {}, 1000);

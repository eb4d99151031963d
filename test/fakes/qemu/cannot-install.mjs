#!/usr/bin/env node
// A system whose package manager rejects a kernel, and that powers off then.
process.stdout.write('Welcome to Debian GNU/Linux 12\r\n');
process.stdout.write(
  'bpfcompat: the kernel could not be installed: dpkg: dependency problems - leaving unconfigured\r\n',
);
setInterval(() => {}, 1000);

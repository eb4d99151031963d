#!/usr/bin/env node
// A guest whose kernel panics while it loads the object.
import { begin, hello, onRequest, open, port, say, step } from './wire.mjs';

hello();
onRequest((request) => {
  say(begin(request), open, step('load', 'x.bpf.o'));
  process.stdout.write('BUG: unable to handle page fault\nKernel panic - not syncing: Fatal exception\n', () =>
    port.end(),
  );
});

#!/usr/bin/env node
// A guest that responds to every request, with the request text as its document.
import { begin, document, exit, hello, load, onRequest, open, port, say } from './wire.mjs';

process.stdout.write('booted\n');
hello();
onRequest((request) => {
  say(begin(request), open, load('pass'));
  port.write(document({ text: request.text, plan: request.plan ?? null }));
  say(exit());
});

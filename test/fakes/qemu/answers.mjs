#!/usr/bin/env node
// A guest that answers every request, with the request text as its document.
import { begin, exit, frame, hello, load, onRequest, open, port, say } from './wire.mjs';

process.stdout.write('booted\n');
hello();
onRequest((request) => {
  say(begin(request), open, load('pass'));
  port.write(frame(5, JSON.stringify({ text: request.text, plan: request.plan ?? null })));
  say(exit());
});

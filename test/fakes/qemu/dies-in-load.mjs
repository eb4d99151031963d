#!/usr/bin/env node
// A guest that ends without a word while it loads the object.
import { begin, hello, onRequest, open, port, say } from './wire.mjs';

hello();
onRequest((request) => {
  say(begin(request), open);
  port.end();
});

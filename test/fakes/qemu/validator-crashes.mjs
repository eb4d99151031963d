#!/usr/bin/env node
// A guest whose validator process crashed while it opened the object.
import { begin, exit, hello, onRequest, say } from './wire.mjs';

hello();
onRequest((request) => say(begin(request), { ...exit('signaled'), signal: 11 }));

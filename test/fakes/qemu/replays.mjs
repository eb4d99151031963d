#!/usr/bin/env node
// A guest that responds with the nonce of another request.
import { begin, exit, hello, load, onRequest, open, say } from './wire.mjs';

hello();
onRequest((request) => say({ ...begin(request), nonce: '0'.repeat(32) }, open, load('pass'), exit()));

#!/usr/bin/env node
// A guest that says fail, and then that the load passed.
import { begin, exit, hello, load, onRequest, open, say } from './wire.mjs';

hello();
onRequest((request) => say(begin(request), open, load('fail'), load('pass'), exit()));

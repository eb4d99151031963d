#!/usr/bin/env node
// A guest that goes on talking after its response was complete.
import { begin, exit, hello, load, onRequest, open, say } from './wire.mjs';

hello();
onRequest((request) => say(begin(request), open, load('fail'), exit(), load('pass')));

#!/usr/bin/env node
// A guest that hangs while it loads the object.
import { begin, hello, onRequest, open, say, step } from './wire.mjs';

hello();
onRequest((request) => say(begin(request), open, step('load', 'x.bpf.o')));

#!/usr/bin/env node
// A guest whose validator process wrote garbage to PID 1.
import { begin, exit, hello, onRequest, say } from './wire.mjs';

hello();
onRequest((request) => say(begin(request), exit('protocol')));

#!/usr/bin/env node
// A guest with a kernel nobody requested.
import { hello } from './wire.mjs';

hello('5.4.0-other');

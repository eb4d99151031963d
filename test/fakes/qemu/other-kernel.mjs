#!/usr/bin/env node
// A guest with a kernel nobody asked for.
import { hello } from './wire.mjs';

hello('5.4.0-other');

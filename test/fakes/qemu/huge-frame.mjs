#!/usr/bin/env node
// A guest that announces a frame of almost 4 GiB.
import { frame, port } from './wire.mjs';

port.write(frame(1, 'x', { length: 0xfffffff0 }));

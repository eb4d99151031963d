#!/usr/bin/env node
// A guest that does not speak the protocol.
import { randomBytes } from 'node:crypto';
import { port } from './wire.mjs';

port.write(randomBytes(100_000));

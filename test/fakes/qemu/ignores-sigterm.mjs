#!/usr/bin/env node
// A guest that starts a helper process and that no SIGTERM ends.
import { spawn } from 'node:child_process';
import { hello } from './wire.mjs';

process.on('SIGTERM', () => {});
spawn(process.execPath, ['-e', `setInterval(() => {}, 1000); // ${import.meta.url}`], { stdio: 'ignore' });
hello();

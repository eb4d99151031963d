#!/usr/bin/env node
// A system that stops half-way and waits for somebody to log in.
process.stdout.write('Welcome to Debian GNU/Linux 12\n');
process.stdout.write('You are in emergency mode. After logging in, type "journalctl -xb" to view system logs.\n');
setInterval(() => {}, 1000);

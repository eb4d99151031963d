import { type ChildProcess, spawn } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.on('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address !== null ? address.port : 0));
    });
  });
}

/** A line of htpasswd for the user `me` with the password `pass:word` (bcrypt). */
export const ME = 'me:$2y$05$abcdefghijklmnopqrstuuDIEddBSuRWBBEY6g5zv60IAP5bSSfki';

/**
 * Debian's docker-registry on the loopback address, with its files below `dir`: it has no API for referrers.
 * @param users lines of htpasswd; empty: anybody may use it
 */
export async function startDockerRegistry(dir: string, users = '') {
  const port = await freePort();
  const root = join(dir, 'registry');
  mkdirSync(root, { recursive: true });
  const config = join(dir, 'registry.yml');
  if (users !== '') writeFileSync(join(dir, 'users'), users);
  const auth = users === '' ? '' : `auth: {htpasswd: {realm: lab, path: ${join(dir, 'users')}}}\n`;
  const storage = `storage:\n  filesystem: {rootdirectory: ${root}}\n`;
  writeFileSync(config, `version: 0.1\nlog: {level: error}\n${auth}${storage}http: {addr: "127.0.0.1:${port}"}\n`);
  const child: ChildProcess = spawn('docker-registry', ['serve', config], { stdio: 'ignore' });
  const failed = new Promise<never>((_, reject) => child.once('error', reject));
  const ready = async (): Promise<void> => {
    for (let attempt = 0; attempt < 200; attempt++) {
      const response = await fetch(`http://127.0.0.1:${port}/v2/`).catch(() => undefined);
      if (response?.ok || response?.status === 401) return;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    throw new Error('docker-registry does not respond');
  };
  await Promise.race([ready(), failed]);
  return {
    host: `127.0.0.1:${port}`,
    root,
    [Symbol.dispose]: () => void child.kill('SIGKILL'),
  };
}

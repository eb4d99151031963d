import { type ExecFileSyncOptions, execFileSync, spawn } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** The registry of the distribution project on loopback, and images pushed into it by the tools that vendors use. */
export interface RealRegistry extends AsyncDisposable {
  /** `127.0.0.1:PORT`. */
  readonly host: string;
  /**
   * Makes an image whose one layer is a directory, and pushes it.
   * @param reference `NAME:TAG`
   * @param format `v2s2`: with the document and media types of Docker
   */
  push(dir: string, reference: string, format?: 'oci' | 'v2s2'): void;
}

const quiet: ExecFileSyncOptions = { stdio: ['ignore', 'ignore', 'pipe'] };
const ADDRESS = /listening on (127\.0\.0\.1:\d+)/;

/** @param dir for its files; it is made */
export async function startRegistry(dir: string): Promise<RealRegistry> {
  mkdirSync(dir, { recursive: true });
  const config = join(dir, 'config.yml');
  // Port 0: the system chooses one that is free, and the log says which.
  const storage = `storage: {filesystem: {rootdirectory: ${JSON.stringify(join(dir, 'data'))}}}`;
  writeFileSync(config, `version: 0.1\n${storage}\nhttp: {addr: "127.0.0.1:0"}\n`);
  const child = spawn('docker-registry', ['serve', config], { stdio: ['ignore', 'ignore', 'pipe'] });
  const exited = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  const host = await new Promise<string>((resolve, reject) => {
    let said = '';
    child.once('error', reject);
    child.once('exit', () => reject(new Error(`docker-registry ended: ${said}`)));
    child.stderr.on('data', (chunk: Buffer) => {
      said += chunk.toString('utf8');
      const address = ADDRESS.exec(said)?.[1];
      if (address !== undefined) resolve(address);
    });
  });
  let nth = 0;
  return {
    host,
    push(root, reference, format = 'oci') {
      const layout = join(dir, `layout-${nth++}`);
      execFileSync('umoci', ['init', '--layout', layout], quiet);
      execFileSync('umoci', ['new', '--image', `${layout}:kernel`], quiet);
      execFileSync('umoci', ['insert', '--rootless', '--image', `${layout}:kernel`, root, '/'], quiet);
      const copy = ['--insecure-policy', 'copy', '--quiet', '--dest-tls-verify=false', '--format', format];
      execFileSync('skopeo', [...copy, `oci:${layout}:kernel`, `docker://${host}/${reference}`], quiet);
    },
    async [Symbol.asyncDispose]() {
      child.kill('SIGKILL');
      await exited;
    },
  };
}

// Builds the container image (Containerfile) of the single-file program, checks how large a registry keeps it and runs it
// on an object. Usage: node scripts/build-image.mjs [--base IMAGE], where IMAGE stands in for the base of the Containerfile.
// Works with podman, buildah or docker, whichever is there first.
import { execFileSync } from 'node:child_process';
import { copyFileSync, createReadStream, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { createGzip } from 'node:zlib';

process.chdir(fileURLToPath(new URL('..', import.meta.url)));
const { values } = parseArgs({ options: { base: { type: 'string' } } });
const TAG = 'localhost/bpfcompat';
/** Bytes of the compressed layers; the aim of the project. */
const LIMIT = 300_000_000;
const KERNEL = 'debian-12-6.1';
const OBJECT = 'examples/simple-pass/simple_pass.bpf.o';

/** How each tool builds an image, writes it into an archive, and runs it with a directory as /work. */
const TOOLS = {
  podman: {
    build: (args) => ['build', '--tag', TAG, ...args, '.'],
    save: (file) => ['save', '--format', 'oci-archive', '--output', file, TAG],
    run: (dir, args) => [['run', '--rm', '--volume', `${dir}:/work`, TAG, ...args]],
  },
  buildah: {
    build: (args) => ['build', '--isolation', 'chroot', '--tag', TAG, ...args, '.'],
    save: (file) => ['push', TAG, `oci-archive:${file}`],
    run: (dir, args) => [
      ['from', '--name', 'bpfcompat-try', TAG],
      ['run', '--isolation', 'chroot', '--volume', `${dir}:/work`, 'bpfcompat-try', '--', 'bpfcompat', ...args],
      ['rm', 'bpfcompat-try'],
    ],
  },
  docker: {
    build: (args) => ['build', '--file', 'Containerfile', '--tag', TAG, ...args, '.'],
    save: (file) => ['save', '--output', file, TAG],
    run: (dir, args) => [['run', '--rm', '--volume', `${dir}:/work`, TAG, ...args]],
  },
};

function isThere(name) {
  try {
    execFileSync(name, ['--version'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

async function compressedSize(file) {
  let bytes = 0;
  for await (const chunk of createReadStream(file).pipe(createGzip({ level: 1 }))) bytes += chunk.length;
  return bytes;
}

const name = Object.keys(TOOLS).find(isThere);
if (name === undefined) {
  process.stderr.write(
    'image: none of podman, buildah and docker is here (on Debian or Ubuntu: apt-get install buildah)\n',
  );
  process.exit(1);
}
const tool = TOOLS[name];
const call = (args) => execFileSync(name, args, { stdio: 'inherit' });
const dir = mkdtempSync(`${tmpdir()}/bpfcompat-image-`);
try {
  call(tool.build(values.base === undefined ? [] : ['--build-arg', `BASE=${values.base}`]));
  call(tool.save(`${dir}/image.tar`));
  const bytes = await compressedSize(`${dir}/image.tar`);
  process.stdout.write(`image: ${TAG}, ${(bytes / 1e6).toFixed(0)} MB compressed (limit ${LIMIT / 1e6} MB)\n`);
  if (bytes > LIMIT) process.exitCode = 1;
  copyFileSync(OBJECT, `${dir}/simple_pass.bpf.o`);
  for (const args of tool.run(dir, ['simple_pass.bpf.o', '--kernels', KERNEL])) call(args);
} finally {
  rmSync(dir, { recursive: true, force: true });
}

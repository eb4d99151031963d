// Builds build/bpfcompat_VERSION_ARCH.deb of the single-file program (make executable), its manual page and completions.
import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  copyFileSync,
  mkdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';

process.chdir(fileURLToPath(new URL('..', import.meta.url)));
const arch = { x64: 'amd64', arm64: 'arm64' }[process.arch];
const program = `build/bpfcompat-linux-${process.arch === 'x64' ? 'x86_64' : 'aarch64'}`;
const root = 'build/deb';
/** What comes after `-` is before the release for dpkg, too, when it is written with `~`. */
const version = JSON.parse(readFileSync('package.json', 'utf8')).version.replace('-', '~');

function put(path, content, mode = 0o644) {
  mkdirSync(dirname(`${root}${path}`), { recursive: true });
  writeFileSync(`${root}${path}`, content);
  chmodSync(`${root}${path}`, mode);
}

/** The packages that scripts/setup.sh installs to run bpfcompat: the list is kept there alone. */
function neededPackages() {
  const rows = readFileSync('scripts/setup.sh', 'utf8').matchAll(/^run\|[^|]+\|([^|]+)\|/gm);
  const packages = [...new Set([...rows].map(([, name]) => name))];
  if (packages.length < 5) throw new Error('scripts/setup.sh lists too few packages to run bpfcompat');
  // QEMU is large, and what inspects or compares needs none; the keys come with Debian and are missing in Ubuntu's default.
  const recommended = packages.filter((name) => /^qemu|keyring$/.test(name));
  return { needed: packages.filter((name) => !recommended.includes(name)), recommended };
}

rmSync(root, { recursive: true, force: true });
const ours = (...args) => execFileSync(program, args, { encoding: 'utf8' });
mkdirSync(`${root}/usr/bin`, { recursive: true });
copyFileSync(program, `${root}/usr/bin/bpfcompat`);
chmodSync(`${root}/usr/bin/bpfcompat`, 0o755);
symlinkSync('bpfcompat', `${root}/usr/bin/bpfcompat-agent`);
for (const unit of ['bpfcompat-agent.service', 'bpfcompat-agent.timer'])
  put(`/usr/share/doc/bpfcompat/examples/agent/${unit}`, readFileSync(`examples/agent/${unit}`));
put('/usr/share/man/man1/bpfcompat.1.gz', gzipSync(ours('man'), { level: 9 }));
put('/usr/share/bash-completion/completions/bpfcompat', ours('completion', 'bash'));
put('/usr/share/zsh/vendor-completions/_bpfcompat', ours('completion', 'zsh'));
put('/usr/share/fish/vendor_completions.d/bpfcompat.fish', ours('completion', 'fish'));
put('/usr/share/doc/bpfcompat/copyright', readFileSync('LICENSE'));
const { needed, recommended } = neededPackages();
put(
  '/DEBIAN/control',
  `Package: bpfcompat
Version: ${version}
Architecture: ${arch}
Maintainer: Kernel-Guard <noreply@github.com>
Installed-Size: ${Math.ceil(statSync(program).size / 1024)}
Depends: libc6 (>= 2.28), libstdc++6, ${needed.join(', ')}
Recommends: ${recommended.join(', ')}
Section: devel
Priority: optional
Homepage: https://github.com/Kernel-Guard/bpfcompat
Description: check eBPF objects on the kernels of many distributions
 Boots unmodified vendor kernels in throw-away virtual machines, loads and
 attaches a compiled object on each, and says which kernels reject it, why,
 and what to do.
`,
);
const out = `build/bpfcompat_${version}_${arch}.deb`;
execFileSync('dpkg-deb', ['--root-owner-group', '-Zxz', '--build', root, out], {
  stdio: ['ignore', 'ignore', 'inherit'],
});
rmSync(root, { recursive: true });
console.log(`${out}: ${(statSync(out).size / 1e6).toFixed(1)} MB`);

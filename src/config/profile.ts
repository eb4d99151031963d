import { dirname, resolve } from 'node:path';
import * as z from 'zod';
import { UsageError } from '../model/errors.ts';
import { FILE_PATHS } from '../model/file-source.ts';
import { type Arch, KernelSource, type Profile } from '../model/kernel.ts';
import { Address, KeyName } from '../model/rpm-source.ts';
import { option, phrase, type Wording } from '../model/wording.ts';
import { MAX_CPUS, MAX_MEMORY_MB } from './guest-size.ts';
import { withoutSlips } from './key-slips.ts';
import { profileId } from './manifest-schema.ts';
import { checkFiles, checkImage } from './profile-files.ts';
import { FirecrackerBlock, firecrackerNote, firecrackerOf, firecrackerPaths } from './profile-firecracker.ts';
import { checkRpm, keysAt, withPaths } from './profile-rpm.ts';
import { VirtmeBlock, virtmeOf, virtmePaths } from './profile-virtme.ts';
import type { NamedPath } from './suite-paths.ts';
import { readYaml, type SourceFile, type YamlFile } from './yaml-file.ts';
import { flag, integer, line, list, word, wordOrEmpty } from './yaml-schema.ts';

const DEFAULT_MEMORY_MB = 1024;

const ARCHES: Readonly<Record<string, Arch>> = { x86_64: 'x86_64', aarch64: 'aarch64', arm64: 'aarch64' };

/** Distros whose guests can install another kernel. */
export const INSTALLABLE: Readonly<Record<string, '.deb' | '.rpm'>> = {
  ubuntu: '.deb',
  almalinux: '.rpm',
  rocky: '.rpm',
  'centos-stream': '.rpm',
  rhel: '.rpm',
  oracle: '.rpm',
};

/** Nothing that changes what a guest is, but what the command line of the vendor's machines has as well. */
const kernelArg = word(
  /^(?:lockdown=(?:integrity|confidentiality)|lsm=[a-z0-9_,]{1,128})$/,
  'lockdown=integrity, lockdown=confidentiality or lsm=NAME,NAME',
);

const requiredLine = line({ required: true, maxBytes: 256 });
const optionalLine = line().default('');
const packageUrl = word(
  /^https:\/\/[A-Za-z0-9._+/:~%-]{1,504}\.(?:deb|rpm)$/,
  'an https URL of at most 512 characters that ends in .deb or .rpm',
);

/** The profile of docs/matrix.md. Unknown keys of other tools are tolerated, but for `kernel` and `boot`; slips are not. */
export const ProfileFile = withoutSlips(
  z.looseObject({
    id: profileId,
    distro: requiredLine,
    version: optionalLine,
    kernel_family: requiredLine,
    arch: z.enum(Object.keys(ARCHES)),
    runner: z.enum(['', 'vm', 'virtme-ng', 'firecracker']).default('vm'),
    kernel: KernelSource.optional(),
    image: withoutSlips(
      z.looseObject({
        source_url: wordOrEmpty(/^https?:\/\/[^\s/]\S{0,1000}$/, 'an http or https URL').default(''),
        local_path: optionalLine,
        sha256: word(/^[0-9a-fA-F]{64}$/, 'the 64 hexadecimal digits of a SHA-256').optional(),
        checksums: Address.optional(),
        signature: Address.optional(),
        gpgkey: z.array(KeyName).min(1).max(8).optional(),
      }),
    ).optional(),
    boot: z
      .strictObject({
        memory_mb: integer(1, Number.MAX_SAFE_INTEGER).default(DEFAULT_MEMORY_MB),
        cpus: integer(1, Number.MAX_SAFE_INTEGER).default(1),
        kernel_args: list(kernelArg, { unique: '', max: 4 }).default([]),
      })
      .prefault({}),
    /** A file with BTF for a kernel that has none, relative to the profile. */
    btf: line({ required: true }).optional(),
    /** Of the earlier tool's guests; nothing here uses it. */
    validator: withoutSlips(z.looseObject({ path: optionalLine })).optional(),
    capabilities: withoutSlips(z.looseObject({ expected_btf: flag.optional() })).prefault({}),
    virtme_ng: VirtmeBlock.optional(),
    firecracker: FirecrackerBlock.optional(),
    install_kernel: word(
      /^[A-Za-z0-9._+-]{1,128}$/,
      'the kernel release as uname -r prints it: at most 128 letters, digits and "._+-"',
    ).optional(),
    kernel_packages: list(packageUrl, { max: 32 }).default([]),
  }),
  [],
  ['boot', 'kernel'],
);
type ProfileFile = z.infer<typeof ProfileFile>;

/** Keys of the archives that profiles can name, by the first word of the archive; lists of removed keys are none to believe in. */
const ARCHIVE_KEYRINGS: Readonly<Record<string, RegExp>> = {
  debian: /^\/usr\/share\/keyrings\/debian-archive-(?:keyring|[a-z]+(?:-security)?-(?:automatic|stable))\.(?:gpg|pgp)$/,
  ubuntu: /^\/usr\/share\/keyrings\/ubuntu-archive-keyring\.(?:gpg|pgp)$/,
};

export interface ProfileRules {
  /** The user lets profiles choose among all keyrings of this host. */
  readonly anyKeyring?: boolean;
  /** A profile of its id comes with bpfcompat, and says what this one leaves out. */
  readonly borrows?: boolean;
  /** Hears of each path of this machine that the profile names. */
  readonly onPath?: (named: NamedPath) => void;
}

/**
 * Reads a VM profile. Memory and CPUs are clamped to 4096 MiB and 4, and the profile's `note` says so.
 * @throws UsageError `profile_invalid` with file, line and column of everything that is wrong
 */
export function readProfile(source: SourceFile, rules: ProfileRules = {}): Profile {
  const { anyKeyring = false, borrows = false, onPath } = rules;
  const yaml = readYaml(source, ProfileFile, 'profile_invalid');
  const { value, at } = yaml;
  checkRunner(yaml, borrows);
  checkInstallKernel(yaml);
  if (!anyKeyring) checkKeyring(yaml);
  const note = [clampNote(yaml), firecrackerNote(value.runner, value.firecracker, (key) => at(['firecracker', key]))]
    .filter((words) => words !== '')
    .join('; ');
  if (onPath) for (const named of pathsOf(yaml)) onPath(named);
  const wrong = (key: readonly (string | number)[], message: Wording): Error =>
    invalid(at(['kernel', ...key]), message);
  checkRpm(value.kernel, anyKeyring, wrong);
  checkFiles(value.kernel, anyKeyring, wrong);
  checkImage(value.image, anyKeyring, (key, message) => invalid(at(['image', ...key]), message));
  return {
    id: value.id,
    distro: value.distro,
    version: value.version,
    kernelFamily: value.kernel_family,
    arch: ARCHES[value.arch] ?? 'x86_64',
    runner: value.runner === '' ? 'vm' : value.runner,
    memoryMb: Math.min(value.boot.memory_mb, MAX_MEMORY_MB),
    cpus: Math.min(value.boot.cpus, MAX_CPUS),
    expectedBtf: value.capabilities.expected_btf,
    kernel: withPaths(value.kernel, source.file),
    ...firecrackerOf(value.runner, value.firecracker, (key, message) => invalid(at(['firecracker', ...key]), message)),
    ...virtmeOf(value.runner, value.virtme_ng, (key, message) => invalid(at(['virtme_ng', ...key]), message)),
    ...imageOf(value, source.file),
    ...(value.btf !== undefined && {
      btf: { path: resolve(dirname(source.file), value.btf), origin: `${at(['btf'])}: btf` },
    }),
    ...(value.boot.kernel_args.length > 0 && { kernelArgs: value.boot.kernel_args }),
    ...(value.install_kernel !== undefined && {
      exactly: { release: value.install_kernel, packages: value.kernel_packages },
    }),
    ...(note !== '' && { note }),
    file: source.file,
  };
}

/** The `image:` block; its path stays as written, relative to the top of the repository. */
function imageOf({ image }: ProfileFile, file: string): Pick<Profile, 'image'> {
  const { source_url: url = '', local_path: path = '', sha256, checksums, signature, gpgkey } = image ?? {};
  if (url === '' && path === '') return {};
  const list = checksums === undefined ? {} : { checksums, signature, gpgkey: gpgkey?.map(keysAt(file)) };
  return { image: { url: url || undefined, path: path || undefined, sha256: sha256?.toLowerCase(), ...list } };
}

/** Places of this machine that a profile names, as written. */
function pathsOf({ value, at }: YamlFile<ProfileFile>): NamedPath[] {
  const { kernel, image, btf, runner, virtme_ng: virtme, firecracker } = value;
  const named: Readonly<Record<string, string | undefined>> =
    kernel?.source === 'file'
      ? Object.fromEntries(FILE_PATHS.map((key) => [key, kernel[key]]))
      : kernel?.source === 'oci'
        ? { layout: kernel.layout }
        : {};
  const ofKernel = Object.entries(named).flatMap(([key, path]): NamedPath[] =>
    path === undefined ? [] : [{ key: `kernel.${key}`, path, use: 'read', origin: at(['kernel', key]) }],
  );
  if (btf !== undefined) ofKernel.push({ key: 'btf', path: btf, use: 'read', origin: at(['btf']) });
  ofKernel.push(...virtmePaths(runner, virtme, at(['virtme_ng', 'run'])));
  ofKernel.push(...firecrackerPaths(runner, firecracker, (key) => at(['firecracker', key])));
  const path = image?.local_path ?? '';
  if (path === '') return ofKernel;
  return [
    ...ofKernel,
    { key: 'image.local_path', path, use: 'read', origin: at(['image', 'local_path']), fromTop: true },
  ];
}

/** What a guest does not get of what its profile names; empty when it gets all. */
function clampNote({ value: { boot }, at }: YamlFile<ProfileFile>): string {
  const of = (key: 'memory_mb' | 'cpus', max: number): string[] =>
    boot[key] > max ? [`${at(['boot', key])}: boot.${key} is ${boot[key]}, and guests get at most ${max}`] : [];
  return [...of('memory_mb', MAX_MEMORY_MB), ...of('cpus', MAX_CPUS)].join('; ');
}

/** Hosts hold keys of others too (a browser's, a container engine's): no file of a repository may let those vouch. */
function checkKeyring({ value, at }: YamlFile<ProfileFile>): void {
  if (value.kernel?.source !== 'deb') return;
  const { keyring, archive } = value.kernel;
  if (keyring === undefined || ARCHIVE_KEYRINGS[archive.split('-')[0] ?? '']?.test(keyring)) return;
  throw invalid(
    at(['kernel', 'keyring']),
    phrase`kernel.keyring "${keyring}" is not a keyring of the ${archive} archive; remove the line, or allow it with ${option('allow-profile-override')}`,
  );
}

/** What a runner cannot do without. */
function checkRunner({ value, at }: YamlFile<ProfileFile>, borrows: boolean): void {
  if (value.runner === 'virtme-ng' && !value.virtme_ng?.run) {
    throw invalid(at(['virtme_ng']), 'runner virtme-ng needs virtme_ng.run; add it');
  }
  // The report would say what a kernel block names, of a kernel that virtme_ng.run names.
  if (value.runner === 'virtme-ng' && value.kernel !== undefined) {
    throw invalid(at(['kernel']), 'runner virtme-ng boots virtme_ng.run; remove the kernel block');
  }
  if (value.runner === 'firecracker' && !value.firecracker?.kernel_image_path) {
    throw invalid(at(['firecracker']), 'runner firecracker needs firecracker.kernel_image_path; add it');
  }
  if (value.runner === 'firecracker' && value.kernel !== undefined) {
    throw invalid(at(['kernel']), 'runner firecracker boots firecracker.kernel_image_path; remove the kernel block');
  }
  if (value.runner !== 'vm' && value.runner !== '') return;
  if (borrows || value.kernel || value.image?.source_url || value.image?.local_path) return;
  throw invalid(
    at(['image']),
    'nothing says where the kernel comes from; add a kernel block (source: deb, archive, suite, package) or image.source_url or image.local_path',
  );
}

/** `install_kernel` and `kernel_packages` belong together, to runner vm and to some distros. */
function checkInstallKernel({ value, at }: YamlFile<ProfileFile>): void {
  if (value.install_kernel === undefined) {
    if (value.kernel_packages.length === 0) return;
    throw invalid(at(['kernel_packages']), 'kernel_packages needs install_kernel; add it');
  }
  if (value.runner !== 'vm' && value.runner !== '') {
    throw invalid(
      at(['install_kernel']),
      `install_kernel works with runner vm only, not with ${value.runner}; remove it`,
    );
  }
  const suffix = Object.hasOwn(INSTALLABLE, value.distro) ? INSTALLABLE[value.distro] : undefined;
  if (suffix === undefined) {
    const distros = Object.keys(INSTALLABLE).join(', ');
    throw invalid(
      at(['install_kernel']),
      `install_kernel is not possible on distro "${value.distro}"; it is on ${distros}`,
    );
  }
  const wrong = value.kernel_packages.findIndex((url) => !url.endsWith(suffix));
  if (wrong >= 0) {
    throw invalid(
      at(['kernel_packages', wrong]),
      `packages of distro ${value.distro} end in ${suffix}; correct the URL`,
    );
  }
}

function invalid(place: string, message: Wording): UsageError {
  return new UsageError('profile_invalid', phrase`${place}: ${message}`);
}

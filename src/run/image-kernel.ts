import { createHash } from 'node:crypto';
import type { DiskImage } from '../model/disk-image.ts';
import type { Hello } from '../model/evidence.ts';
import type { KernelRecord, Profile, TestedKernel } from '../model/kernel.ts';

/** The kernel of a disk image, as the system that was booted from it says; the image stands for its package. */
export function imageKernel(profile: Profile, image: DiskImage, hello: Hello, now: Date): TestedKernel {
  const { release } = hello.kernel;
  const { name, from, fromSha256, vouched } = image;
  const url = /^https?:/.test(from) ? { url: from } : {};
  return {
    schema: 'bpfcompat_kernel.v3',
    profile: profile.id,
    source: createHash('sha256').update(`${profile.arch} image ${image.sha256}`).digest('hex'),
    arch: profile.arch,
    release,
    package: {
      name,
      version: release,
      archive: from,
      suite: '',
      files: [{ name, version: release, sha256: fromSha256, ...url }],
    },
    vouched: { by: vouched, file: profile.file },
    config: null,
    modules: [],
    fetchedAt: now.toISOString(),
  };
}

/** A kernel that came as such, and not in the disk image of a system. */
export function isPackaged(record: TestedKernel): record is KernelRecord {
  return record.vmlinuz !== undefined;
}

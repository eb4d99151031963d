import { expect, test } from 'vitest';
import { diskRoom } from '../../../src/guests/cloud-image/disk-room.ts';
import type { HostFiles } from '../../../src/host/host.ts';

const MIB = 1024 ** 2;
const withFree = (bytes: number) => ({ files: { freeBytes: async () => bytes } as unknown as HostFiles });

test('a guest writes no more than a part of what is free, and at most 16 GiB', async () => {
  expect(await diskRoom(withFree(2560 * MIB), '/d', false)).toBe(512 * MIB);
  expect(await diskRoom(withFree(2_000_000 * MIB), '/d', false)).toBe(16 * 1024 * MIB);
  expect(await diskRoom(withFree(2560 * MIB), '/d', true)).toBe(2048 * MIB);
});

test('where a system cannot boot for want of room, that is said before', async () => {
  await expect(diskRoom(withFree(1535 * MIB), '/d', false)).rejects.toMatchObject({
    infraCause: 'no_space',
    message: 'the disk of a guest goes to /d, where less than 1536 MiB are free; free some',
  });
});

import { expect, test } from 'vitest';
import type { Host } from '../../src/host/host.ts';
import { locateStore, lockProfile } from '../../src/kernels/store.ts';

test('who waits for a kernel that another process has hears which lock that is', async () => {
  const files = {
    readOnly: async () => false,
    lock: async (_path: string, _signal: AbortSignal | undefined, onWait?: () => void) => {
      onWait?.();
      return { [Symbol.asyncDispose]: async () => {} };
    },
  };
  const host = { env: { BPFCOMPAT_CACHE_DIR: '/cache' }, files } as unknown as Host;
  const heard: string[] = [];
  await using _lock = await lockProfile(host, locateStore(host), 'debian-12-6.1', undefined, (note) =>
    heard.push(note),
  );
  expect(heard).toEqual([
    expect.stringMatching(/^\/cache\/locks\/profile-debian-12-6\.1 is locked by another process.*fuser/),
  ]);
});

import { createHash, randomBytes } from 'node:crypto';
import { beforeAll, describe, expect, test } from 'vitest';
import { GuestError } from '../../src/guests/guest.ts';
import { stagesOf } from '../../src/model/evidence.ts';
import type { GuestEntry } from '../../src/model/guest-entry.ts';
import { type Guests, guestsOf } from './support/guests.ts';
import { scratchDir } from './support/scratch.ts';

// Files on their way into guests: every byte arrives, in its place, and none of them stays for the next guest.
const scratch = scratchDir();
const KERNEL = 'debian-12-6.1';
const LARGE = randomBytes(20_000_001);
const MANY = 500;
let guests: Guests;
beforeAll(async () => {
  guests = await guestsOf(scratch, KERNEL);
});

function file(path: string, bytes: Uint8Array, executable = false): GuestEntry {
  return { kind: 'file', path, executable, bytes };
}

/** What a command printed in a guest with these files. */
async function printed(command: string, files: readonly GuestEntry[]): Promise<string> {
  const { stages, ...rest } = await guests.send({
    files: [guests.shell, ...files],
    command: { command, expectExitCode: 0, binPath: '', timeoutSeconds: 30 },
  });
  const [result] = stagesOf({ stages, ...rest }, 'functional');
  expect(result).toMatchObject({ error: '', status: 'pass', stderr_tail: '' });
  return result?.stdout_tail ?? '';
}

describe('files of a request', () => {
  test('arrive whole, large, empty and executable ones', async () => {
    const digest = createHash('sha256').update(LARGE).digest('hex');
    const script = Buffer.from('#!/bin/sh\necho "runs as $0"\n');
    const said = await printed('sha256sum large; wc -c <"deep/er/with space"; ./script; stat -c %a script large', [
      file('/bpfcompat/large', LARGE),
      file('/bpfcompat/deep/er/with space', new Uint8Array()),
      file('/bpfcompat/script', script, true),
    ]);
    expect(said).toBe(`${digest}  large\n0\nruns as ./script\n755\n644\n`);
  });

  test('may be many, below links, and in place of others', async () => {
    const many = Array.from({ length: MANY }, (_, index) => file(`/opt/many/${index}`, Buffer.from(`${index}\n`)));
    const said = await printed(
      'ls /usr/many | wc -l; cat /opt/many/* | sort -n | tail -n 1; cat /opt/twice; readlink /usr',
      [
        ...many,
        file('/opt/twice', Buffer.from('first\n')),
        file('/usr/twice', Buffer.from('second\n')),
        { kind: 'link', path: '/usr', target: 'opt' },
      ],
    );
    expect(said).toBe(`${MANY}\n${MANY - 1}\nsecond\nopt\n`);
  });

  test('are gone with their guest', async () => {
    expect(await printed('ls -A /bpfcompat /opt 2>&1 | head -n 1', [])).toBe('ls: /opt: No such file or directory\n');
  });

  test('that cannot be written end the guest with the reason, while more are on their way', async () => {
    const more = Array.from({ length: 4 }, (_, index) => file(`/opt/${index}`, new Uint8Array(60 * 1024 * 1024)));
    const requests = guests.send({ files: [file('/proc/nothing/here', Buffer.from('x')), ...more] }, 20_000);
    await expect(requests).rejects.toThrow(GuestError);
    await expect(requests).rejects.toThrow(
      'it says "\'/proc/nothing/here\' could not be put into the guest: No such file or directory"; see serial.log',
    );
  });
});

import { describe, expect, it } from 'vitest';
import { UsageError } from '../../src/model/errors.ts';
import type { GuestEntry } from '../../src/model/guest-entry.ts';
import { createDecoder } from '../../src/protocol/frames.ts';
import { entryLines, hasShell } from '../../src/protocol/guest-files.ts';
import { encodeRequest } from '../../src/protocol/request.ts';

function file(path: string, bytes: Uint8Array = Buffer.from('x'), executable = false): GuestEntry {
  return { kind: 'file', path, executable, bytes };
}

function link(path: string, target: string): GuestEntry {
  return { kind: 'link', path, target };
}

describe('files for the guest', () => {
  it('are lines of the request, one per entry', () => {
    const entries = [file('/bin/busybox', Buffer.alloc(3), true), file('/bpfcompat/a b'), link('/lib64', 'usr/lib64')];
    expect(entryLines(entries)).toEqual([
      'file=755 3 /bin/busybox',
      'file=644 1 /bpfcompat/a b',
      'link=/lib64 usr/lib64',
    ]);
  });

  it.each([
    ['a relative path', file('a')],
    ['the root', file('/')],
    ['a path that climbs', file('/a/../b')],
    ['an empty name', file('/a//b')],
    ['a line feed', file('/a\nnonce=0')],
    ['a path that is too long', file(`/${'x'.repeat(1024)}`)],
    ['a link with a space', link('/a b', 'c')],
    ['a target with a space', link('/a', 'b c')],
    ['a target with a line feed', link('/a', 'b\nshell=true')],
    ['a link to nothing', link('/a', '')],
    ['a file that is too large', file('/a', { length: 64 * 1024 * 1024 + 1 } as Uint8Array)],
  ])('are rejected: %s', (_, entry) => {
    expect(() => entryLines([entry])).toThrow(UsageError);
  });

  it('are limited in number and bytes', () => {
    const large = { length: 64 * 1024 * 1024 } as Uint8Array;
    expect(() => entryLines(Array.from({ length: 4 }, () => file('/a', large)))).not.toThrow();
    expect(() => entryLines(Array.from({ length: 5 }, () => file('/a', large)))).toThrow(
      /at most 268435456; ship fewer/,
    );
    expect(() => entryLines(Array.from({ length: 4097 }, () => link('/a', 'b')))).toThrow(/at most 4096; ship fewer/);
  });

  it('bring a shell when busybox is among them', () => {
    expect(hasShell([file('/bin/busybox')])).toBe(true);
    expect(hasShell([link('/bin/busybox', 'x'), file('/bin/sh')])).toBe(false);
  });
});

describe('a request with files', () => {
  const request = {
    artifact: Buffer.from('object'),
    artifactName: 'a.bpf.o',
    attachMode: 'best-effort',
    probeFeatures: true,
    functionalTests: [],
    requiredPrograms: [],
    tuning: [],
    workTimeoutMs: 1000,
  } as const;
  const identity = { nonce: '0'.repeat(32), entropy: '0'.repeat(128), sealKey: '5e'.repeat(32), realtimeMs: 0 };

  it('sends one blob per file, empty ones too, in the order of their lines', () => {
    const files = [file('/bin/busybox', Buffer.from('box')), link('/a', 'b'), file('/empty', new Uint8Array())];
    const wire = encodeRequest({ ...request, files }, identity, 7);
    const { frames, violation } = createDecoder('host-to-guest', 7).push(Buffer.concat(wire.chunks));
    expect(violation).toBeUndefined();
    expect(frames.map(({ kind, payload }) => [kind, payload.toString()]).slice(1)).toEqual([
      [1, 'object'],
      [3, 'box'],
      [3, ''],
      [4, '^'.repeat(32)],
    ]);
    expect(frames[0]?.payload.toString()).toMatch(
      /\nfile=644 3 \/bin\/busybox\nlink=\/a b\nfile=644 0 \/empty\nshell=true\n$/,
    );
    expect(wire.nextSeq).toBe(12);
  });

  it('does not copy what it sends', () => {
    const bytes = Buffer.alloc(1000);
    const { chunks } = encodeRequest({ ...request, files: [file('/a', bytes)] }, identity, 0);
    expect(chunks).toContain(bytes);
  });

  it('is rejected when its list of files is too long to be sent', () => {
    const files = Array.from({ length: 1100 }, () => file(`/${'x'.repeat(1000)}`));
    expect(() => encodeRequest({ ...request, files }, identity, 0)).toThrow(/bytes long, at most 1048576/);
  });
});

import { describe, expect, test } from 'vitest';
import { aptError } from '../../../../src/kernels/sources/deb/apt-errors.ts';

describe('aptError', () => {
  test.each([
    [
      'bad_signature',
      "W: GPG error: http://x trixie InRelease: The following signatures couldn't be verified because the public key is not available: NO_PUBKEY 0123456789ABCDEF\nE: The repository 'http://x trixie InRelease' is not signed.",
    ],
    ['bad_signature', 'E: The repository http://x trixie InRelease is not signed.'],
    [
      'bad_signature',
      'Err:1 http://x trixie InRelease\nW: OpenPGP signature verification failed: http://x trixie InRelease: Sub-process /usr/bin/sqv returned an error code (1), error message is: Missing key 0123, which is needed to verify signature.',
    ],
    ['wrong_digest', 'E: Failed to fetch http://x/pool/a.deb  Hash Sum mismatch'],
    ['mirror_unreachable', "E: Failed to fetch http://x/InRelease  Could not resolve 'x'"],
    ['mirror_unreachable', "E: The repository 'http://x nosuch Release' does not have a Release file."],
    ['mirror_unreachable', 'E: Failed to fetch http://x/pool/a.deb  404  Not Found [IP: 192.0.2.1 80]'],
    [
      'mirror_unreachable',
      "E: Failed to fetch http://x/dists/t/InRelease  403  Forbidden [IP: 192.0.2.1 80]\nE: The repository 'http://x t InRelease' is not signed.",
    ],
    ['no_space', 'E: Write error - write (28: No space left on device)'],
    ['release_expired', 'E: Release file for http://x/InRelease is expired (invalid since 3d 2h).'],
    ['apt_failed', 'E: Could not get lock /x/lists/lock. It is held by process 12'],
  ])('%s', (code, stderr) => {
    expect(aptError('package lists', stderr).code).toBe(code);
  });

  test('the message is one line, without control characters or doubles', () => {
    const { message } = aptError(
      'package lists of http://x',
      'E: bad\u001b[31m thing\r\nE: bad\u001b[31m thing\r\nnoise',
    );
    expect(message).toBe('package lists of http://x: apt failed: bad [31m thing');
  });

  test('a server that cannot be reached is one line, however many files it was to have', () => {
    const { message } = aptError(
      'package lists of http://x:9/u',
      [
        'W: Failed to fetch http://x:9/u/dists/a/InRelease  Could not connect to x:9 (192.0.2.1). - connect (111: Connection refused)',
        'W: Failed to fetch http://x:9/u/dists/b/InRelease  Unable to connect to x:9:',
        'W: Failed to fetch http://y:9/u/dists/b/InRelease  Unable to connect to y:9:',
        'W: Some index files failed to download. They have been ignored, or old ones used instead.',
      ].join('\n'),
    );
    expect(message.match(/http:\/\/x:9\/u\/dists/g)).toHaveLength(1);
    expect(message).toContain('http://y:9/u/dists/b/InRelease');
    expect(message).not.toContain('ignored');
  });
});

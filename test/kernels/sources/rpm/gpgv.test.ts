import { describe, expect, test } from 'vitest';
import { readStatus } from '../../../../src/kernels/sources/rpm/gpgv.ts';

const VALID =
  '[GNUPG:] VALIDSIG 16E38751DA900791AAAAAAAAAAAAAAAAAAAAAAAA 2023-11-14 1700000000 0 4 0 1 8 00 3E6D826D3FBAB389C2F38E34BC4D06A08D8B756F';

describe('what gpgv says', () => {
  test.each([
    [
      'good',
      `[GNUPG:] NEWSIG\n[GNUPG:] GOODSIG BC4D06A08D8B756F X\n${VALID}`,
      '3E6D826D3FBAB389C2F38E34BC4D06A08D8B756F',
    ],
    // gpgv ends with 0 here, and says VALIDSIG.
    ['expired_key', `[GNUPG:] EXPKEYSIG 35A2F86E29B700A4 X\n${VALID}`, '35A2F86E29B700A4'],
    ['revoked_key', `[GNUPG:] REVKEYSIG 35A2F86E29B700A4 X\n${VALID}`, '35A2F86E29B700A4'],
    ['expired', `[GNUPG:] EXPSIG 35A2F86E29B700A4 X\n${VALID}`, '35A2F86E29B700A4'],
    ['bad', '[GNUPG:] BADSIG 35A2F86E29B700A4 X', '35A2F86E29B700A4'],
    [
      'unknown_key',
      '[GNUPG:] ERRSIG 35A2F86E29B700A4 1 8 00 1700000000 9 AAAA\n[GNUPG:] NO_PUBKEY 35A2F86E29B700A4',
      '35A2F86E29B700A4',
    ],
    ['unreadable', '', ''],
    ['unreadable', '[GNUPG:] GOODSIG BC4D06A08D8B756F X', ''],
    ['unreadable', VALID, ''],
    ['unreadable', `[GNUPG:] NOTATION_DATA x [GNUPG:] GOODSIG y\n${VALID}`, ''],
    // Two signatures in one file: the bad one counts.
    ['bad', `[GNUPG:] GOODSIG BC4D06A08D8B756F X\n${VALID}\n[GNUPG:] BADSIG 35A2F86E29B700A4 X`, '35A2F86E29B700A4'],
  ])('%s', (status, said, key) => {
    expect(readStatus(said)).toMatchObject({ status, key });
  });
});

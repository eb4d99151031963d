/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Proof that a result was written by PID 1: HMAC-SHA256 (RFC 2104) over all its frames, with a key that the host makes
 * for each request and that only PID 1 is given. Whoever takes the port over cannot end a result.
 */
#ifndef BPFCOMPAT_SEAL_H
#define BPFCOMPAT_SEAL_H

#include "lib/sha256.h"

#define SEAL_KEY_SIZE 32
#define SEAL_SIZE SHA256_SIZE

struct seal {
	struct sha256 inner;
	unsigned char outer_key[SHA256_BLOCK];
};

/* Wipes `key`. */
void seal__begin(struct seal *seal, unsigned char key[SEAL_KEY_SIZE]);
void seal__add(struct seal *seal, const void *data, size_t len);
/* Wipes what is left of the key. */
void seal__end(struct seal *seal, unsigned char digest[SEAL_SIZE]);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BPFCOMPAT_SHA256_H
#define BPFCOMPAT_SHA256_H

#include <stddef.h>
#include <stdint.h>

#define SHA256_SIZE 32
#define SHA256_BLOCK 64
#define SHA256_HEX_SIZE 65

/* A digest of bytes that come in pieces. */
struct sha256 {
	uint32_t state[8];
	uint64_t len;
	unsigned char block[SHA256_BLOCK];
};

void sha256__init(struct sha256 *hash);
void sha256__add(struct sha256 *hash, const void *data, size_t len);
/* The hash is used up afterwards. */
void sha256__end(struct sha256 *hash, unsigned char digest[SHA256_SIZE]);

/* Writes the digest of `data` as 64 lower-case hex digits and a NUL. */
void sha256__hex(const void *data, size_t len, char hex[SHA256_HEX_SIZE]);

#endif

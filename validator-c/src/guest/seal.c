/* SPDX-License-Identifier: Apache-2.0 */
#include "guest/seal.h"

#include <string.h>

void seal__begin(struct seal *seal, unsigned char key[SEAL_KEY_SIZE])
{
	unsigned char inner_key[SHA256_BLOCK];
	int i;

	for (i = 0; i < SHA256_BLOCK; i++) {
		unsigned char byte = i < SEAL_KEY_SIZE ? key[i] : 0;

		inner_key[i] = byte ^ 0x36;
		seal->outer_key[i] = byte ^ 0x5c;
	}
	explicit_bzero(key, SEAL_KEY_SIZE);
	sha256__init(&seal->inner);
	sha256__add(&seal->inner, inner_key, sizeof(inner_key));
	explicit_bzero(inner_key, sizeof(inner_key));
}

void seal__add(struct seal *seal, const void *data, size_t len)
{
	sha256__add(&seal->inner, data, len);
}

void seal__end(struct seal *seal, unsigned char digest[SEAL_SIZE])
{
	struct sha256 outer;

	sha256__end(&seal->inner, digest);
	sha256__init(&outer);
	sha256__add(&outer, seal->outer_key, sizeof(seal->outer_key));
	sha256__add(&outer, digest, SEAL_SIZE);
	sha256__end(&outer, digest);
	explicit_bzero(seal, sizeof(*seal));
}

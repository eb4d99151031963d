/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/sha256.h"

#include <stdlib.h>

#include "guest/seal.h"
#include "test.h"

static void expect(const char *text, size_t len, const char *digest)
{
	char hex[SHA256_HEX_SIZE];

	sha256__hex(text, len, hex);
	CHECK(!strcmp(hex, digest));
}

/* The same bytes in pieces of every length have the same digest. */
static void test_pieces(void)
{
	unsigned char bytes[300], whole[SHA256_SIZE], pieces[SHA256_SIZE];
	struct sha256 hash;
	size_t piece, at;

	memset(bytes, 'b', sizeof(bytes));
	sha256__init(&hash);
	sha256__add(&hash, bytes, sizeof(bytes));
	sha256__end(&hash, whole);
	for (piece = 1; piece < sizeof(bytes); piece++) {
		sha256__init(&hash);
		for (at = 0; at < sizeof(bytes); at += piece)
			sha256__add(&hash, bytes + at, sizeof(bytes) - at < piece ? sizeof(bytes) - at : piece);
		sha256__end(&hash, pieces);
		CHECK(!memcmp(whole, pieces, sizeof(whole)));
	}
}

/* RFC 4231, test case 1, whose key is as good as one with zeroes behind it. */
static void test_seal(void)
{
	static const unsigned char expected[SEAL_SIZE] = { 0xb0, 0x34, 0x4c, 0x61, 0xd8, 0xdb, 0x38, 0x53,
							   0x5c, 0xa8, 0xaf, 0xce, 0xaf, 0x0b, 0xf1, 0x2b,
							   0x88, 0x1d, 0xc2, 0x00, 0xc9, 0x83, 0x3d, 0xa7,
							   0x26, 0xe9, 0x37, 0x6c, 0x2e, 0x32, 0xcf, 0xf7 };
	static const unsigned char zeroes[sizeof(struct seal)];
	unsigned char key[SEAL_KEY_SIZE] = {}, digest[SEAL_SIZE];
	struct seal seal;

	memset(key, 0x0b, 20);
	seal__begin(&seal, key);
	CHECK(!memcmp(key, zeroes, sizeof(key)));
	seal__add(&seal, "Hi ", 3);
	seal__add(&seal, "There", 5);
	seal__end(&seal, digest);
	CHECK(!memcmp(digest, expected, sizeof(digest)));
	CHECK(!memcmp(&seal, zeroes, sizeof(seal)));
}

void test_sha256(void)
{
	char *million = malloc(1000000);

	expect("", 0, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
	expect("abc", 3, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
	expect("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq", 56,
	       "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
	memset(million, 'a', 1000000);
	expect(million, 1000000, "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
	/* Lengths around the padding boundary. */
	expect(million, 55, "9f4390f8d30c2dd92ec9f095b65e2b9ae9b0a925a5258e241c9f1e910f734318");
	expect(million, 64, "ffe054fe7ae0cb6dc65c3af9b61d5209f439851db43d0ba5997337df154668eb");
	free(million);
	test_pieces();
	test_seal();
}

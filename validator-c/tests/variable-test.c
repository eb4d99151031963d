/* SPDX-License-Identifier: Apache-2.0 */
#include "overrides/variable.h"

#include <errno.h>
#include <string.h>

#include "test.h"

/* struct { s16 small; union { u32 words[2]; u64 wide; }; enum { A = -1, B = 7 } mode; char comm[4]; bool on; u8 bit:1; } */
static char memory[64];
static struct btf *btf;
static uint32_t structure;

static void build(void)
{
	int small, word, wide, letter, boolean, mode, words, comm, both, index;

	btf = btf__new_empty();
	small = btf__add_typedef(btf, "s16", btf__add_int(btf, "short", 2, BTF_INT_SIGNED));
	word = btf__add_int(btf, "u32", 4, 0);
	wide = btf__add_int(btf, "u64", 8, 0);
	letter = btf__add_int(btf, "char", 1, BTF_INT_SIGNED);
	boolean = btf__add_int(btf, "bool", 1, BTF_INT_BOOL);
	index = word;
	mode = btf__add_enum(btf, "mode", 4);
	btf__add_enum_value(btf, "A", -1);
	btf__add_enum_value(btf, "B", 7);
	words = btf__add_array(btf, index, word, 2);
	comm = btf__add_const(btf, btf__add_array(btf, index, letter, 4));
	both = btf__add_union(btf, NULL, 8);
	btf__add_field(btf, "words", words, 0, 0);
	btf__add_field(btf, "wide", wide, 0, 0);
	structure = (uint32_t)btf__add_struct(btf, "settings", 32);
	btf__add_field(btf, "small", small, 0, 0);
	btf__add_field(btf, NULL, both, 64, 0);
	btf__add_field(btf, "mode", mode, 128, 0);
	btf__add_field(btf, "comm", comm, 160, 0);
	btf__add_field(btf, "on", boolean, 192, 0);
	btf__add_field(btf, "bit", word, 224, 1);
}

static int set_in(size_t room, const char *path, const char *value)
{
	struct variable variable = { .btf = btf, .type = structure, .at = memory, .room = room };
	const char *why = "";
	int err = variable__follow(&variable, path, &why);

	if (!err)
		err = variable__write(&variable, value, &why);
	CHECK(!err || why[0]);
	return err;
}

static int set(const char *path, const char *value)
{
	return set_in(32, path, value);
}

static int64_t number_at(size_t offset, size_t size)
{
	int64_t number = 0;

	memcpy(&number, memory + offset, size);
	return number;
}

static void test_numbers(void)
{
	CHECK(!set(".small", "-32768") && (int16_t)number_at(0, 2) == -32768);
	CHECK(set(".small", "32768") == -ERANGE && set(".small", "-32769") == -ERANGE);
	CHECK(!set(".words[1]", "0xffffffff") && number_at(12, 4) == 0xffffffff);
	CHECK(set(".words[1]", "4294967296") == -ERANGE && set(".words[0]", "-1") == -ERANGE);
	CHECK(!set(".wide", "18446744073709551615") && number_at(8, 8) == -1);
	CHECK(set(".wide", "18446744073709551616") == -EINVAL && set(".wide", "ten") == -EINVAL);
	CHECK(set(".wide", "") == -EINVAL && set(".wide", "0x") == -EINVAL && set(".wide", "1 ") == -EINVAL);
	CHECK(!set(".on", "true") && number_at(24, 1) == 1 && !set(".on", "no") && set(".on", "2") == -EINVAL);
	CHECK(!set(".mode", "A") && (int32_t)number_at(16, 4) == -1);
	CHECK(!set(".mode", "B") && number_at(16, 4) == 7 && !set(".mode", "3") && set(".mode", "C") == -EINVAL);
}

static void test_bytes(void)
{
	CHECK(!set(".comm", "abc") && !memcmp(memory + 20, "abc", 4));
	CHECK(!set(".comm", "x") && !memcmp(memory + 20, "x\0\0", 4) && set(".comm", "abcd") == -ERANGE);
	CHECK(!set(".comm", "hex:41424344") && !memcmp(memory + 20, "ABCD", 4));
	CHECK(set(".comm", "hex:4142434445") == -ERANGE && set(".comm", "hex:4") == -EINVAL);
	CHECK(!set(".comm[2]", "0x5a") && memory[22] == 'Z' && !set(".comm", "") && !memory[20]);
}

static void test_paths(void)
{
	CHECK(set(".nothing", "1") == -ENOENT && set("", "1") == -EOPNOTSUPP && set(".bit", "1") == -EOPNOTSUPP);
	CHECK(set(".words[2]", "1") == -ERANGE && set(".words[x]", "1") == -EINVAL && set(".words[1", "1") == -EINVAL);
	CHECK(set(".small[0]", "1") == -EINVAL && set(".small.x", "1") == -ENOENT && set("small", "1") == -EINVAL);
	/* BTF that promises more than there is. */
	CHECK(set_in(18, ".mode", "1") == -EOPNOTSUPP && set_in(22, ".comm", "a") == -EINVAL);
	CHECK(set_in(4, ".mode", "1") == -ENOENT);
}

void test_variable(void)
{
	build();
	test_numbers();
	test_bytes();
	test_paths();
	btf__free(btf);
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "overrides/variable.h"

#include <ctype.h>
#include <errno.h>
#include <limits.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "lib/parse.h"

/* Anonymous structures within each other; the object's BTF may be damaged. */
#define MAX_DEPTH 16

static int reject(int err, const char **why, const char *reason)
{
	*why = reason;
	return err;
}

static const struct btf_type *plain(const struct btf *btf, uint32_t *id)
{
	const struct btf_type *t;
	int depth;

	for (depth = 0; depth < MAX_DEPTH; depth++) {
		t = btf__type_by_id(btf, *id);
		if (!t || !(btf_is_mod(t) || btf_is_typedef(t)))
			return t;
		*id = t->type;
	}
	return NULL;
}

static int find_member(struct variable *variable, const char *name, size_t len, int depth)
{
	const struct btf_type *t = plain(variable->btf, &variable->type);
	const struct btf_member *m;
	struct variable inner;
	uint32_t bits;
	int i;

	if (!t || !btf_is_composite(t) || depth > MAX_DEPTH)
		return -ENOENT;
	m = btf_members(t);
	for (i = 0; i < btf_vlen(t); i++) {
		const char *member = btf__name_by_offset(variable->btf, m[i].name_off);

		bits = btf_member_bit_offset(t, i);
		if (bits / 8 > variable->room)
			continue;
		inner = (struct variable){ variable->btf, m[i].type, variable->at + bits / 8,
					   variable->room - bits / 8 };
		if (member && !member[0] && !find_member(&inner, name, len, depth + 1)) {
			*variable = inner;
			return 0;
		}
		if (!member || strlen(member) != len || memcmp(member, name, len))
			continue;
		if (btf_member_bitfield_size(t, i) || bits % 8)
			return -EOPNOTSUPP;
		*variable = inner;
		return 0;
	}
	return -ENOENT;
}

static int go_to_element(struct variable *variable, const char **path, const char **why)
{
	const struct btf_type *t = plain(variable->btf, &variable->type);
	unsigned long index;
	long long size;
	char *end;

	index = isdigit((unsigned char)(*path)[1]) ? strtoul(*path + 1, &end, 10) : ULONG_MAX;
	if (index == ULONG_MAX || *end != ']')
		return reject(-EINVAL, why, "expected a number in [ ]");
	if (!t || !btf_is_array(t))
		return reject(-EINVAL, why, "not an array");
	if (index >= btf_array(t)->nelems)
		return reject(-ERANGE, why, "the array is shorter than that");
	size = btf__resolve_size(variable->btf, btf_array(t)->type);
	if (size <= 0 || index > variable->room / (unsigned long long)size)
		return reject(-EINVAL, why, "the array's elements have no size");
	variable->at += index * (unsigned long)size;
	variable->room -= index * (unsigned long)size;
	variable->type = btf_array(t)->type;
	*path = end + 1;
	return 0;
}

int variable__follow(struct variable *variable, const char *path, const char **why)
{
	size_t len;
	int err;

	while (*path) {
		if (*path == '[') {
			err = go_to_element(variable, &path, why);
			if (err)
				return err;
			continue;
		}
		if (*path != '.')
			return reject(-EINVAL, why, "expected .member or [index] after the name");
		len = strcspn(++path, ".[");
		err = find_member(variable, path, len, 0);
		if (err)
			return reject(err, why, err == -ENOENT ? "no such member" : "a bit field cannot be set");
		path += len;
	}
	return 0;
}

struct number {
	bool negative;
	uint64_t magnitude;
};

static bool parse_number(const char *text, struct number *number)
{
	char *end;
	int base;

	if (!strcmp(text, "true") || !strcmp(text, "false")) {
		*number = (struct number){ .magnitude = text[0] == 't' };
		return true;
	}
	number->negative = text[0] == '-';
	text += number->negative;
	base = !strncmp(text, "0x", 2) || !strncmp(text, "0X", 2) ? 16 : 10;
	text += base == 16 ? 2 : 0;
	if (!isxdigit((unsigned char)text[0]))
		return false;
	errno = 0;
	number->magnitude = strtoull(text, &end, base);
	return !errno && !*end;
}

static int write_number(const struct variable *variable, uint32_t size, bool is_signed, const struct number *number,
			const char **why)
{
	uint64_t limit, bits;

	if ((size != 1 && size != 2 && size != 4 && size != 8) || size > variable->room)
		return reject(-EOPNOTSUPP, why, "numbers of this size cannot be set");
	limit = is_signed ? (1ULL << (size * 8 - 1)) - !number->negative : UINT64_MAX >> (64 - size * 8);
	if (number->magnitude > limit || (number->negative && !is_signed && number->magnitude))
		return reject(-ERANGE, why, "the value does not fit the variable's type");
	bits = number->negative ? -number->magnitude : number->magnitude;
	/* BPF objects of this byte order only are loaded. */
	memcpy(variable->at, &bits, size);
	return 0;
}

/* The value of an enum by its name. */
static bool named_value(const struct btf *btf, const struct btf_type *t, const char *name, struct number *number)
{
	bool is_signed = btf_kflag(t);
	const char *text;
	int64_t value;
	int i;

	for (i = 0; i < btf_vlen(t); i++) {
		text = btf__name_by_offset(btf, btf_is_enum(t) ? btf_enum(t)[i].name_off : btf_enum64(t)[i].name_off);
		if (!text || strcmp(text, name))
			continue;
		value = btf_is_enum(t) ? btf_enum(t)[i].val : (int64_t)btf_enum64_value(&btf_enum64(t)[i]);
		if (btf_is_enum(t) && !is_signed)
			value = (uint32_t)value;
		number->negative = is_signed && value < 0;
		number->magnitude = number->negative ? -(uint64_t)value : (uint64_t)value;
		return true;
	}
	return false;
}

static int hex_digit(char c)
{
	return isdigit((unsigned char)c) ? c - '0' : (c | 0x20) - 'a' + 10;
}

static int write_bytes(const struct variable *variable, uint32_t size, const char *value, const char **why)
{
	bool hex = !strncmp(value, "hex:", 4);
	size_t len = strlen(value), i;
	char *at = variable->at;

	if (size > variable->room)
		return reject(-EINVAL, why, "the object's BTF contradicts itself");
	if (hex) {
		value += 4;
		len -= 4;
		if (len % 2 || strspn(value, "0123456789abcdefABCDEF") != len)
			return reject(-EINVAL, why, "hex: needs two hex digits per byte");
		len /= 2;
	}
	if (hex ? len > size : len >= size)
		return reject(-ERANGE, why, "the value does not fit the array");
	memset(at, 0, size);
	for (i = 0; i < len; i++)
		at[i] = hex ? (char)(hex_digit(value[2 * i]) << 4 | hex_digit(value[2 * i + 1])) : value[i];
	return 0;
}

static bool holds_bytes(const struct btf *btf, const struct btf_type *array)
{
	uint32_t id = btf_array(array)->type;
	const struct btf_type *t = plain(btf, &id);

	return t && btf_is_int(t) && t->size == 1;
}

int variable__write(const struct variable *variable, const char *value, const char **why)
{
	const struct btf *btf = variable->btf;
	uint32_t id = variable->type;
	const struct btf_type *t = plain(btf, &id);
	struct number number = {};
	bool on;

	if (t && btf_is_array(t) && holds_bytes(btf, t))
		return write_bytes(variable, btf_array(t)->nelems, value, why);
	if (t && btf_is_any_enum(t)) {
		if (!named_value(btf, t, value, &number) && !parse_number(value, &number))
			return reject(-EINVAL, why, "neither a value of the enum nor a number");
		return write_number(variable, t->size, btf_kflag(t), &number, why);
	}
	if (!t || !btf_is_int(t))
		return reject(-EOPNOTSUPP, why,
			      "only numbers, enums and arrays of bytes can be set; name a member or element");
	if (btf_int_encoding(t) & BTF_INT_BOOL) {
		if (!parse__bool(value, &on))
			return reject(-EINVAL, why, "the variable is a bool: true or false");
		number.magnitude = on;
	} else if (!parse_number(value, &number)) {
		return reject(-EINVAL, why, "not a whole number");
	}
	return write_number(variable, t->size, btf_int_encoding(t) & BTF_INT_SIGNED, &number, why);
}

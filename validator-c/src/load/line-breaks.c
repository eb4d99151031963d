/* SPDX-License-Identifier: Apache-2.0 */
#include "load/line-breaks.h"

#include <bpf/btf.h>
#include <stdint.h>
#include <string.h>

#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
#define OWN_ORDER BTF_LITTLE_ENDIAN
#else
#define OWN_ORDER BTF_BIG_ENDIAN
#endif

static void hide(char *text, size_t len)
{
	char *end = text + len;

	while ((text = memchr(text, '\n', (size_t)(end - text))))
		*text++ = LINE_BREAK_MARK;
}

static void hide_in_btf(struct btf *btf)
{
	const struct btf_header *header;
	const char *strings;
	uint32_t size = 0;
	char *raw;

	/* It is sent to the kernel in this machine's byte order, and would be copied in its own. */
	if (!btf || btf__set_endianness(btf, OWN_ORDER))
		return;
	/*
	 * libbpf has no call for it: what it sends are these very bytes, and its interface just keeps callers from changing
	 * them. Once something was added to it, it keeps the strings in a second place as well.
	 */
	raw = (char *)(uintptr_t)btf__raw_data(btf, &size);
	header = (const struct btf_header *)raw;
	strings = btf__str_by_offset(btf, 0);
	if (!raw || !strings)
		return;
	hide(raw + header->hdr_len + header->str_off, header->str_len);
	hide((char *)(uintptr_t)strings, header->str_len);
}

/* libbpf writes the name of a map that it left out into the log of the program that needs it. */
static void hide_in_maps(const struct bpf_object *obj)
{
	struct bpf_map *map;
	char *name;

	bpf_object__for_each_map(map, obj) {
		name = (char *)(uintptr_t)bpf_map__name(map);
		hide(name, strlen(name));
	}
}

void line_breaks__hide(struct bpf_object *obj)
{
	hide_in_btf(bpf_object__btf(obj));
	hide_in_maps(obj);
}

void line_breaks__hide_within(char *message, size_t len)
{
	if (len > 1)
		hide(message, len - 1);
}

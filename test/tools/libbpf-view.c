// SPDX-License-Identifier: Apache-2.0
// Prints what libbpf makes of objects, as tab-separated lines, without a kernel: every bpf(2) answers "fine", and the
// object's own BTF stands for the kernel's, so that every CO-RE access and extern is found. Where that is ambiguous (an
// object with several flavors of a structure), BTF of the machine's kernel is used. Needs no privileges.
//
//   O path | E error | M name type key value entries flags pinning inner | P section name type attach insns lines
//   L insn line column file
#include <bpf/bpf.h>
#include <bpf/btf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char *current;

long __wrap_syscall(long number)
{
	(void)number;
	return open("/dev/null", O_RDONLY | O_CLOEXEC);
}

struct btf *__wrap_btf__load_vmlinux_btf(void)
{
	return btf__parse(current, NULL);
}

static int silent(enum libbpf_print_level level, const char *format, va_list args)
{
	(void)level;
	return getenv("VIEW_DEBUG") ? vfprintf(stderr, format, args) : 0;
}

static const char *word(const char *text)
{
	return text && *text ? text : "-";
}

static void print_maps(struct bpf_object *object)
{
	struct bpf_map *map;

	bpf_object__for_each_map(map, object) {
		struct bpf_map *inner = bpf_map__inner_map(map);

		if (bpf_map__is_internal(map))
			continue;
		printf("M\t%s\t%d\t%u\t%u\t%u\t%u\t%s\t%d\n", bpf_map__name(map), bpf_map__type(map), bpf_map__key_size(map),
		       bpf_map__value_size(map), bpf_map__max_entries(map), bpf_map__map_flags(map),
		       bpf_map__pin_path(map) ? "pinned" : "-", inner ? (int)bpf_map__type(inner) : 0);
	}
}

// The types are those of the program as it was opened, everything else is of the prepared one.
static void print_program(struct bpf_program *program, struct bpf_program *code)
{
	enum bpf_attach_type attach = bpf_program__expected_attach_type(program);
	enum bpf_prog_type type = bpf_program__type(program);
	const struct bpf_line_info *lines = bpf_program__line_info(code);
	unsigned int count = bpf_program__line_info_cnt(code);
	struct btf *btf = btf__parse(current, NULL);

	printf("P\t%s\t%s\t%s\t%s\t%zu\t%u\n", bpf_program__section_name(program), bpf_program__name(program),
	       word(libbpf_bpf_prog_type_str(type)), attach ? word(libbpf_bpf_attach_type_str(attach)) : "-",
	       bpf_program__insn_cnt(code), count);
	for (unsigned int i = 0; i < count; i++)
		printf("L\t%u\t%u\t%u\t%s\n", lines[i].insn_off, lines[i].line_col >> 10, lines[i].line_col & 0x3ff,
		       word(btf__name_by_offset(btf, lines[i].file_name_off)));
	btf__free(btf);
}

static struct bpf_object *open_without_maps(const char *path, const char *btf_path)
{
	LIBBPF_OPTS(bpf_object_open_opts, options, .btf_custom_path = btf_path);
	struct bpf_object *object = bpf_object__open_file(path, &options);
	struct bpf_map *map;

	if (object)
		bpf_object__for_each_map(map, object)
			bpf_map__set_autocreate(map, false);
	return object;
}

// Types without a target: nothing is looked up, and nothing is changed in the code.
static int prepare(struct bpf_object *object)
{
	struct bpf_program *program;

	bpf_object__for_each_program(program, object) {
		bpf_program__set_type(program, BPF_PROG_TYPE_SOCKET_FILTER);
		bpf_program__set_autoload(program, true);
	}
	return bpf_object__prepare(object);
}

static void view(const char *path)
{
	struct bpf_object *prepared, *object;
	struct bpf_program *program, *code;

	current = path;
	printf("O\t%s\n", path);
	object = open_without_maps(path, path);
	if (!object) {
		printf("E\topen %d\n", errno);
		return;
	}
	print_maps(object);
	prepared = open_without_maps(path, path);
	if (prepare(prepared)) {
		bpf_object__close(prepared);
		prepared = open_without_maps(path, "/sys/kernel/btf/vmlinux");
		if (prepare(prepared))
			printf("E\tprepare\n");
	}
	code = bpf_object__next_program(prepared, NULL);
	bpf_object__for_each_program(program, object) {
		print_program(program, code);
		code = bpf_object__next_program(prepared, code);
	}
	bpf_object__close(prepared);
	bpf_object__close(object);
}

int main(int argc, char **argv)
{
	libbpf_set_print(silent);
	for (int i = 1; i < argc; i++)
		view(argv[i]);
	return 0;
}

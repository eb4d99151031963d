// SPDX-License-Identifier: Apache-2.0
/*
 * Loads and attaches one BPF object with the libbpf that it is linked with, as a program that uses this library would, and prints
 * what happened as one line of JSON (docs/loaders.md).
 *
 * Usage: libbpf OBJECT attach|load
 *        libbpf wait
 *
 * It ends with 0 when the object was loaded, with 2 when it was rejected.
 */
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../common/report.h"
#include "../common/wait.h"

#define LOOPBACK 1
#define CGROUP "/sys/fs/cgroup/bpfcompat-loader"

/*
 * What libbpf reads of the kernel and finds out by trying is the same for every object: a loader that waits for its object has
 * done both. It parses the kernel's BTF for each object and frees it; the linker sends both calls here (--wrap).
 */
static struct btf *vmlinux;

struct btf *__real_btf__load_vmlinux_btf(void);
struct btf *__wrap_btf__load_vmlinux_btf(void);
void __real_btf__free(struct btf *btf);
void __wrap_btf__free(struct btf *btf);

struct btf *__wrap_btf__load_vmlinux_btf(void)
{
	return vmlinux ? vmlinux : __real_btf__load_vmlinux_btf();
}

void __wrap_btf__free(struct btf *btf)
{
	if (!btf || btf != vmlinux)
		__real_btf__free(btf);
}

/* Internal, hence weak. The members of its enum kern_feature_id in this release. */
extern bool kernel_supports(const struct bpf_object *object, int feature) __attribute__((weak));
#define FEATURES_OF_1_1 19

static void learn_kernel(void)
{
	int i;

	libbpf_set_print(NULL);
	/*
	 * The first one last: libbpf tries it without raising RLIMIT_MEMLOCK, as any other use of libbpf has done by then, and what
	 * fails for want of memory counts as what the kernel cannot do. The second one creates a map, which raises it.
	 */
	for (i = 1; LIBBPF_MAJOR_VERSION == 1 && LIBBPF_MINOR_VERSION == 1 && kernel_supports && i <= FEATURES_OF_1_1; i++)
		kernel_supports(NULL, i % FEATURES_OF_1_1);
	vmlinux = __real_btf__load_vmlinux_btf();
	if (libbpf_get_error(vmlinux))
		vmlinux = NULL;
}

static char *messages;
static size_t messages_len;
static FILE *messages_file;

struct step {
	const char *status;
	int err;
	char *log;
};

static int keep(enum libbpf_print_level level, const char *format, va_list args)
{
	if (level == LIBBPF_DEBUG)
		return 0;
	return vfprintf(messages_file, format, args);
}

static void listen(void)
{
	messages_file = open_memstream(&messages, &messages_len);
	if (!messages_file)
		exit(EXIT_USAGE);
	libbpf_set_print(keep);
}

/* What libbpf said since the last call. */
static char *heard(void)
{
	char *text;

	fflush(messages_file);
	text = strdup(messages ? messages : "");
	rewind(messages_file);
	return text;
}

static void put_step(const struct step *step)
{
	char words[256] = "";

	if (step->err)
		libbpf_strerror(step->err, words, sizeof(words));
	report__step(step->status, step->err > -4096 ? step->err : 0, words);
	report__member("log", step->log, LOG_MAX_BYTES);
}

static void put_programs(struct bpf_object *object, int loaded)
{
	struct bpf_program *program;
	int count = 0;

	fputs(",\"programs\":[", stdout);
	if (object) {
		bpf_object__for_each_program(program, object) {
			const char *type = libbpf_bpf_prog_type_str(bpf_program__type(program));

			if (count >= ENTRIES_MAX)
				break;
			fputs(count++ ? ",{\"name\":" : "{\"name\":", stdout);
			report__string(bpf_program__name(program), NAME_MAX_BYTES);
			report__member("section", bpf_program__section_name(program), NAME_MAX_BYTES);
			report__member("type", type ? type : "", NAME_MAX_BYTES);
			printf(",\"loaded\":%s}", loaded && bpf_program__fd(program) >= 0 ? "true" : "false");
		}
	}
	fputs("]", stdout);
}

static void put_maps(struct bpf_object *object)
{
	struct bpf_map *map;
	int count = 0;

	fputs(",\"maps\":[", stdout);
	if (object) {
		bpf_object__for_each_map(map, object) {
			const char *type = libbpf_bpf_map_type_str(bpf_map__type(map));

			if (count >= ENTRIES_MAX)
				break;
			fputs(count++ ? ",{\"name\":" : "{\"name\":", stdout);
			report__string(bpf_map__name(map), NAME_MAX_BYTES);
			report__member("type", type ? type : "", NAME_MAX_BYTES);
			printf(",\"key_size\":%u,\"value_size\":%u,\"max_entries\":%u,\"flags\":%u}", bpf_map__key_size(map),
			       bpf_map__value_size(map), bpf_map__max_entries(map), bpf_map__map_flags(map));
		}
	}
	fputs("]", stdout);
}

static int attach_cgroup(struct bpf_program *program)
{
	struct bpf_link *link;
	int fd;

	if (mkdir(CGROUP, 0755) && errno != EEXIST)
		return -errno;
	fd = open(CGROUP, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	link = bpf_program__attach_cgroup(program, fd);
	return link ? 0 : -errno;
}

static int attach_tc(struct bpf_program *program)
{
	LIBBPF_OPTS(bpf_tc_hook, hook, .ifindex = LOOPBACK, .attach_point = BPF_TC_INGRESS);
	LIBBPF_OPTS(bpf_tc_opts, opts, .prog_fd = bpf_program__fd(program));
	int err = bpf_tc_hook_create(&hook);

	return err && err != -EEXIST ? err : bpf_tc_attach(&hook, &opts);
}

static int attach_netns(struct bpf_program *program)
{
	int fd = open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC);

	return bpf_program__attach_netns(program, fd) ? 0 : -errno;
}

/* How the program is attached; NULL when libbpf finds no place for it and we neither. */
static const char *attach(struct bpf_program *program, int *err)
{
	switch (bpf_program__type(program)) {
	case BPF_PROG_TYPE_XDP:
		*err = bpf_program__attach_xdp(program, LOOPBACK) ? 0 : -errno;
		return "xdp";
	case BPF_PROG_TYPE_SCHED_CLS:
		*err = attach_tc(program);
		return "tc";
	case BPF_PROG_TYPE_CGROUP_SKB:
	case BPF_PROG_TYPE_CGROUP_SOCK:
	case BPF_PROG_TYPE_CGROUP_SOCK_ADDR:
	case BPF_PROG_TYPE_CGROUP_DEVICE:
	case BPF_PROG_TYPE_CGROUP_SYSCTL:
	case BPF_PROG_TYPE_CGROUP_SOCKOPT:
	case BPF_PROG_TYPE_SOCK_OPS:
		*err = attach_cgroup(program);
		return "cgroup";
	case BPF_PROG_TYPE_SK_LOOKUP:
	case BPF_PROG_TYPE_FLOW_DISSECTOR:
		*err = attach_netns(program);
		return "netns";
	default:
		*err = bpf_program__attach(program) ? 0 : -errno;
		return *err == -EOPNOTSUPP ? NULL : "auto";
	}
}

static void put_attach(struct bpf_object *object)
{
	struct bpf_program *program;
	int count = 0;

	bpf_object__for_each_program(program, object) {
		struct step step = { .status = "pass" };
		const char *method;

		if (bpf_program__fd(program) < 0 || count >= ENTRIES_MAX)
			continue;
		method = attach(program, &step.err);
		step.log = heard();
		if (step.err)
			step.status = method ? "fail" : "skipped";
		fputs(count++ ? "," : "", stdout);
		if (!method)
			step.err = 0;
		put_step(&step);
		report__member("program", bpf_program__name(program), NAME_MAX_BYTES);
		report__member("section", bpf_program__section_name(program), NAME_MAX_BYTES);
		report__member("method", method ? method : "", NAME_MAX_BYTES);
		report__member("reason", method ? "" : "the section names no target", NAME_MAX_BYTES);
		fputs("}", stdout);
		free(step.log);
	}
}

int main(int argc, char **argv)
{
	struct step opened = { .status = "pass" }, loaded = { .status = "skipped", .log = "" };
	struct bpf_object *object;
	char version[32], *told[3];

	if (wait__requested(argc, argv)) {
		learn_kernel();
		if (!wait__for_object(told))
			return 0;
		argv = told;
		argc = 3;
	}
	if (argc != 3) {
		fprintf(stderr, "usage: libbpf OBJECT attach|load\n");
		return EXIT_USAGE;
	}
	listen();
	snprintf(version, sizeof(version), "%s", libbpf_version_string() + 1);
	object = bpf_object__open_file(argv[1], NULL);
	if (!object)
		opened = (struct step){ .status = "fail", .err = -errno };
	opened.log = heard();
	if (object) {
		loaded.err = bpf_object__load(object);
		loaded.status = loaded.err ? "fail" : "pass";
		loaded.log = heard();
	}
	report__begin("libbpf", version);
	fputs(",\"open\":", stdout);
	put_step(&opened);
	fputs("},\"load\":", stdout);
	put_step(&loaded);
	fputs(",\"kind\":\"\",\"subject\":\"\",\"verifier_log\":\"\"}", stdout);
	put_programs(object, !loaded.err);
	put_maps(object);
	fputs(",\"attach\":[", stdout);
	if (object && !loaded.err && !strcmp(argv[2], "attach"))
		put_attach(object);
	fputs("]}\n", stdout);
	fflush(stdout);
	return object && !loaded.err ? 0 : EXIT_REJECTED;
}

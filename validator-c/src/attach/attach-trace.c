/* SPDX-License-Identifier: Apache-2.0 */
#include <bpf/bpf.h>
#include <errno.h>
#include <linux/perf_event.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "attach/attach-kinds.h"
#include "lib/buf.h"
#include "lib/compat.h"
#include "load/capture.h"

#define SAMPLE_PERIOD_NS 10000000

int attach__perf_event(struct attach_job *job)
{
	struct perf_event_attr attr = {
		.type = PERF_TYPE_SOFTWARE,
		.size = sizeof(attr),
		.config = PERF_COUNT_SW_CPU_CLOCK,
		.sample_period = SAMPLE_PERIOD_NS,
	};
	struct bpf_link *link;
	long fd;

	attach__method(job, "perf_event", "cpu-clock on cpu 0");
	fd = syscall(SYS_perf_event_open, &attr, -1, 0, -1, PERF_FLAG_FD_CLOEXEC);
	if (fd < 0)
		return -errno;
	link = bpf_program__attach_perf_event(job->prog, (int)fd);
	return link ? 0 : -errno;
}

static struct bpf_map *first_map_of(struct bpf_object *obj, enum bpf_map_type type)
{
	struct bpf_map *map;

	bpf_object__for_each_map(map, obj)
		if (bpf_map__type(map) == type && !bpf_map__is_internal(map))
			return map;
	return NULL;
}

/* Iterators over the elements of a map need one. 0, ATTACH_SKIPPED or a negative errno. */
static int choose_map(struct attach_job *job, const char *target, union bpf_iter_link_info *info)
{
	static const enum bpf_map_type plain[] = { BPF_MAP_TYPE_HASH, BPF_MAP_TYPE_ARRAY, BPF_MAP_TYPE_LRU_HASH,
						   BPF_MAP_TYPE_PERCPU_HASH, BPF_MAP_TYPE_PERCPU_ARRAY };
	struct bpf_map *map = NULL;
	size_t i;

	if (!strcmp(target, "bpf_sk_storage_map")) {
		map = first_map_of(job->obj, BPF_MAP_TYPE_SK_STORAGE);
	} else if (!strcmp(target, "sockmap")) {
		map = first_map_of(job->obj, BPF_MAP_TYPE_SOCKMAP);
		map = map ? map : first_map_of(job->obj, BPF_MAP_TYPE_SOCKHASH);
	} else {
		for (i = 0; i < sizeof(plain) / sizeof(plain[0]) && !map; i++)
			map = first_map_of(job->obj, plain[i]);
	}
	if (!map)
		return attach__skip(job, "loaded; the iterator needs a map and the object has no fitting one");
	info->map.map_fd = (__u32)bpf_map__fd(map);
	attach__method(job, "iter", bpf_map__name(map));
	return 0;
}

/* Attached and unread, an iterator has never run. What reading says is a note; the attach itself passed. */
static void read_a_little(struct attach_job *job, struct bpf_link *link)
{
	int fd = bpf_iter_create(bpf_link__fd(link));
	char bytes[4096];

	if (fd < 0 || read(fd, bytes, sizeof(bytes)) < 0)
		attach__skip(job, "attached; reading the iterator failed: %s", strerror(errno));
	if (fd >= 0)
		close(fd);
}

int attach__iter(struct attach_job *job)
{
	LIBBPF_OPTS(bpf_iter_attach_opts, opts);
	const char *target = job->section_target ? job->section_target : "";
	union bpf_iter_link_info info = {};
	struct bpf_link *link;
	int err = 0;

	attach__method(job, "iter", target);
	if (!target[0])
		return attach__skip(job, "loaded; SEC(\"%.200s\") names no target, its loader chooses one",
				    job->section);
	if (!strcmp(target, "bpf_map_elem") || !strcmp(target, "sockmap") || !strcmp(target, "bpf_sk_storage_map"))
		err = choose_map(job, target, &info);
	if (err)
		return err;
#if LIBBPF_AT_LEAST(1, 1)
	if (!strcmp(target, "cgroup"))
		info.cgroup.order = BPF_CGROUP_ITER_SELF_ONLY;
#endif
	opts.link_info = &info;
	opts.link_info_len = sizeof(info);
	link = bpf_program__attach_iter(job->prog, &opts);
	if (!link)
		return -errno;
	read_a_little(job, link);
	return 0;
}

/* The place of a function in this very program, as an offset into its file. 0 when it is not known. */
static size_t own_function_offset(const void *function)
{
	unsigned long start, end, offset, at = (unsigned long)function;
	FILE *maps = fopen("/proc/self/maps", "re");
	size_t found = 0;
	char line[512];

	while (maps && !found && fgets(line, sizeof(line), maps))
		if (sscanf(line, "%lx-%lx %*s %lx", &start, &end, &offset) == 3 && at >= start && at < end)
			found = at - start + offset;
	if (maps)
		fclose(maps);
	return found;
}

static int attach_own_function(struct attach_job *job)
{
	bool on_return = !strncmp(job->section, "uretprobe", 9);
	size_t offset = own_function_offset((const void *)attach__uprobe);
	struct bpf_link *link;
	char path[256];
	ssize_t len;

	len = readlink("/proc/self/exe", path, sizeof(path) - 1);
	if (len < 0 || !offset)
		return attach__skip(job, "loaded; SEC(\"%.200s\") names no function", job->section);
	path[len] = '\0';
	attach__method(job, "uprobe", path);
#if LIBBPF_AT_LEAST(1, 3)
	if (strstr(job->section, ".multi") || strstr(job->section, ".session")) {
		LIBBPF_OPTS(bpf_uprobe_multi_opts, opts, .offsets = &offset, .cnt = 1, .retprobe = on_return);
#if LIBBPF_AT_LEAST(1, 6)
		opts.session = strstr(job->section, ".session") != NULL;
#endif
		link = bpf_program__attach_uprobe_multi(job->prog, -1, path, NULL, &opts);
		return link ? 0 : -errno;
	}
#endif
	link = bpf_program__attach_uprobe(job->prog, on_return, -1, path, offset);
	return link ? 0 : -errno;
}

/* Whether there is no such file. Names without a slash are searched for by libbpf alone, which says when it found none. */
static bool is_absent(const char *path)
{
	struct buf log = {};
	bool absent;

	if (strchr(path, '/'))
		return access(path, F_OK) != 0;
	capture__warnings(&log);
	buf__addc(&log, '\0');
	absent = log.failed || strstr(log.data, "failed to resolve full path") != NULL;
	buf__free(&log);
	return absent;
}

/* After a failure with ENOENT, which libbpf has for a file and for a symbol in it. ATTACH_SKIPPED where it is the file. */
static int explain_absence(struct attach_job *job)
{
	const char *target = job->section_target, *symbol = strchr(target, ':');
	char path[256];
	char *inside;

	/* Every section without one failed with another errno. */
	if (!symbol)
		return -ENOENT;
	snprintf(path, sizeof(path), "%.*s", (int)(symbol - target), target);
	/* A library within an archive is named archive!/library. */
	inside = strstr(path, "!/");
	if (inside)
		*inside = '\0';
	if (!is_absent(path))
		return -ENOENT;
	return attach__skip(job, "loaded; the file it probes is not in this guest: %s (for %.100s)", path, symbol + 1);
}

int attach__uprobe(struct attach_job *job)
{
	struct bpf_link *link;

	if (!job->section_target && !strncmp(job->section, "usdt", 4))
		return attach__skip(job, "loaded; SEC(\"%.200s\") names no probe, its loader chooses one",
				    job->section);
	/* Without a target the loader of the object chooses at run time; any function will do to try it. */
	if (!job->section_target)
		return attach_own_function(job);
	/* A file alone is rejected by libbpf, and another file says nothing about that one. */
	if (strncmp(job->section, "usdt", 4) && !strchr(job->section_target, ':'))
		return attach__skip(job, "loaded; SEC(\"%.200s\") names a file and no function, its loader chooses one",
				    job->section);
	attach__method(job, "auto", job->section_target);
	link = bpf_program__attach(job->prog);
	if (link)
		return 0;
	/* The direct lane's guest has no userland at all. */
	if (errno == ENOENT && !job->on_host)
		return explain_absence(job);
	return -errno;
}

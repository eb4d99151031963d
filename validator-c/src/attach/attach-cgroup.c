/* SPDX-License-Identifier: Apache-2.0 */
#include <bpf/bpf.h>
#include <errno.h>
#include <fcntl.h>
#include <mntent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "attach/attach-kinds.h"

static char directory[512];

static void remove_directory(void)
{
	rmdir(directory);
}

static bool find_cgroup2(char *path, size_t size)
{
	FILE *mounts = setmntent("/proc/self/mounts", "re");
	struct mntent *entry;
	bool found = false;

	while (mounts && !found && (entry = getmntent(mounts))) {
		found = !strcmp(entry->mnt_type, "cgroup2");
		if (found)
			snprintf(path, size, "%s", entry->mnt_dir);
	}
	if (mounts)
		endmntent(mounts);
	return found;
}

/* A cgroup of our own with no one in it, made once. Its descriptor, or a negative errno. */
static int own_cgroup(void)
{
	static int fd = -1;
	char mount[256];

	if (fd >= 0)
		return fd;
	if (!find_cgroup2(mount, sizeof(mount)))
		return -ENOENT;
	snprintf(directory, sizeof(directory), "%s/bpfcompat-%d", mount, getpid());
	if (mkdir(directory, 0755) && errno != EEXIST)
		return -errno;
	atexit(remove_directory);
	fd = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	return fd < 0 ? -errno : fd;
}

/* Programs that got their type from the user have no attach type yet. */
static enum bpf_attach_type attach_type_of(const struct attach_job *job)
{
	if (job->expected)
		return job->expected;
	switch (job->type) {
	case BPF_PROG_TYPE_CGROUP_SOCK:
		return BPF_CGROUP_INET_SOCK_CREATE;
	case BPF_PROG_TYPE_CGROUP_DEVICE:
		return BPF_CGROUP_DEVICE;
	case BPF_PROG_TYPE_SOCK_OPS:
		return BPF_CGROUP_SOCK_OPS;
	case BPF_PROG_TYPE_CGROUP_SYSCTL:
		return BPF_CGROUP_SYSCTL;
	default:
		return BPF_CGROUP_INET_INGRESS;
	}
}

int attach__cgroup(struct attach_job *job)
{
	enum bpf_attach_type type = attach_type_of(job);
	int cgroup = own_cgroup(), fd, err;

	if (cgroup == -ENOENT)
		return attach__skip(job, "loaded; no cgroup v2 is mounted here");
	attach__method(job, "cgroup", directory);
	if (cgroup < 0)
		return cgroup;
	fd = bpf_link_create(job->fd, cgroup, type, NULL);
	if (fd >= 0)
		return 0;
	err = -errno;
	if (err != -EINVAL)
		return err;
	/* Kernels before 5.7 have no links for cgroups. */
	return bpf_prog_attach(job->fd, cgroup, type, 0) ? err : 0;
}

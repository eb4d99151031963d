/* SPDX-License-Identifier: Apache-2.0 */
#include <bpf/bpf.h>
#include <errno.h>
#include <fcntl.h>
#include <sys/socket.h>

#include "attach/attach-kinds.h"
#include "attach/netdev.h"

int attach__socket_filter(struct attach_job *job)
{
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	attach__method(job, "socket_filter", "udp socket");
	if (fd < 0 || setsockopt(fd, SOL_SOCKET, SO_ATTACH_BPF, &job->fd, sizeof(job->fd)))
		return -errno;
	return 0;
}

int attach__reuseport(struct attach_job *job)
{
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0), on = 1;

	attach__method(job, "sk_reuseport", "udp socket");
	if (fd < 0 || setsockopt(fd, SOL_SOCKET, SO_REUSEPORT, &on, sizeof(on)) ||
	    setsockopt(fd, SOL_SOCKET, SO_ATTACH_REUSEPORT_EBPF, &job->fd, sizeof(job->fd)))
		return -errno;
	return 0;
}

int attach__netns(struct attach_job *job)
{
	enum bpf_attach_type type;
	char name[IF_NAMESIZE];
	int fd;

	/* On a machine that is not a guest this moves us into a namespace of our own. */
	if (job->on_host && netdev__own(true, name) <= 0)
		return attach__skip(job, "loaded; a network namespace of its own could not be made here");
	fd = open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC);
	attach__method(job, "netns", "own network namespace");
	if (fd < 0)
		return -errno;
	type = job->type == BPF_PROG_TYPE_SK_LOOKUP ? BPF_SK_LOOKUP : BPF_FLOW_DISSECTOR;
	if (bpf_link_create(job->fd, fd, type, NULL) >= 0)
		return 0;
	/* Kernels before 5.8 have no links for network namespaces, and attach to that of the caller. */
	if (errno == EINVAL && type == BPF_FLOW_DISSECTOR && !bpf_prog_attach(job->fd, 0, type, 0))
		return 0;
	if (errno == EEXIST || errno == E2BIG || errno == EBUSY)
		return attach__skip(job,
				    "loaded; another program of this object has this place in the network namespace");
	return -errno;
}

static bool is_sockmap(const struct bpf_map *map)
{
	return bpf_map__type(map) == BPF_MAP_TYPE_SOCKMAP || bpf_map__type(map) == BPF_MAP_TYPE_SOCKHASH;
}

/* To the first socket map of the object, or to one of our own. */
int attach__sockmap(struct attach_job *job)
{
	enum bpf_attach_type type = job->expected;
	struct bpf_map *map;
	int fd = -1;

	attach__method(job, "sockmap", "own socket map");
	bpf_object__for_each_map(map, job->obj) {
		if (fd >= 0 || !is_sockmap(map))
			continue;
		fd = bpf_map__fd(map);
		attach__method(job, "sockmap", bpf_map__name(map));
	}
	if (fd < 0)
		fd = bpf_map_create(BPF_MAP_TYPE_SOCKMAP, "validator", 4, 4, 1, NULL);
	if (fd < 0)
		return -errno;
	if (!type)
		type = job->type == BPF_PROG_TYPE_SK_MSG ? BPF_SK_MSG_VERDICT : BPF_SK_SKB_STREAM_VERDICT;
	return bpf_prog_attach(job->fd, fd, type, 0) ? -errno : 0;
}

/* SPDX-License-Identifier: Apache-2.0 */
#include <bpf/bpf.h>
#include <errno.h>
#include <linux/if_link.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "attach/attach-kinds.h"
#include "attach/netdev.h"
#include "lib/compat.h"
#include "lib/modules.h"

/* Written as numbers: headers of the distribution may not know the newer ones yet. */
#define ATTACH_TYPE_NETKIT_PRIMARY 54
#define ATTACH_TYPE_NETKIT_PEER 55

/* Sets the device as target and returns its index; a negative errno is a failure of ours, not of the program. */
static int device_for(struct attach_job *job, const char *method)
{
	char name[IF_NAMESIZE] = "";
	int index = netdev__own(job->on_host, name);

	attach__method(job, method, name);
	if (index <= 0)
		attach__skip(job, "loaded; no network device could be set up for it here: %s", strerror(-index));
	return index;
}

/* A device takes one XDP program, so the next one gets a device of its own, or the place of the one before. */
static int attach_next_xdp(struct attach_job *job, int index, int *last_link)
{
	char name[IF_NAMESIZE];
	int another = netdev__another(name);

	if (another > 0) {
		attach__method(job, "xdp", name);
		index = another;
	} else {
		attach__skip(job, "attached in place of an earlier XDP program: the only device here takes one");
		close(*last_link);
	}
	*last_link = bpf_link_create(job->fd, index, BPF_XDP, NULL);
	return *last_link < 0 ? -errno : 0;
}

/* Kernels before 5.15 reject generic XDP for programs of an object whose device map entries may hold programs. */
static bool may_need_driver(struct bpf_object *obj)
{
	struct bpf_map *map;

	bpf_object__for_each_map(map, obj)
		if ((bpf_map__type(map) == BPF_MAP_TYPE_DEVMAP || bpf_map__type(map) == BPF_MAP_TYPE_DEVMAP_HASH) &&
		    bpf_map__value_size(map) > sizeof(__u32))
			return true;
	return false;
}

/* A dummy or loopback device only has generic XDP, which comes after the driver. */
static int attach_in_driver(struct attach_job *job)
{
	char name[IF_NAMESIZE];
	int index = netdev__veth(name);

	if (index <= 0)
		return attach__skip(job,
				    "loaded; this kernel wants a device whose driver does XDP, none could be made");
	attach__method(job, "xdp", name);
	return bpf_link_create(job->fd, index, BPF_XDP, NULL) < 0 ? -errno : 0;
}

int attach__xdp(struct attach_job *job)
{
	static int last_link = -1;
	int index = device_for(job, "xdp"), fd, err;

	if (index <= 0)
		return ATTACH_SKIPPED;
	fd = bpf_link_create(job->fd, index, BPF_XDP, NULL);
	if (fd >= 0) {
		last_link = fd;
		return 0;
	}
	err = -errno;
	if (err == -EBUSY && last_link >= 0)
		err = attach_next_xdp(job, index, &last_link);
	if (err == -EINVAL && may_need_driver(job->obj))
		return attach_in_driver(job);
	/* Kernels before 5.9 have no links for XDP. */
	if (err == -EINVAL && !bpf_xdp_attach(index, job->fd, XDP_FLAGS_SKB_MODE, NULL))
		return 0;
	return err;
}

/* A program for a devmap or a cpumap runs once it stands in an entry of such a map. */
int attach__xdp_map(struct attach_job *job)
{
	bool devmap = job->expected == BPF_XDP_DEVMAP;
	struct {
		__u32 target;
		int prog_fd;
	} entry = { .prog_fd = job->fd };
	__u32 key = 0;
	int index, map;

	index = device_for(job, devmap ? "devmap" : "cpumap");
	if (devmap && index <= 0)
		return ATTACH_SKIPPED;
	if (!devmap)
		attach__method(job, "cpumap", "cpu 0");
	/* A devmap entry names a device, a cpumap entry the length of a queue. */
	entry.target = devmap ? (__u32)index : 64;
	map = bpf_map_create(devmap ? BPF_MAP_TYPE_DEVMAP : BPF_MAP_TYPE_CPUMAP, "validator", sizeof(key),
			     sizeof(entry), 1, NULL);
	if (map < 0 || bpf_map_update_elem(map, &key, &entry, 0))
		return -errno;
	return 0;
}

/* The clsact qdisc and the classifier are modules on many kernels; a guest without them cannot test it. */
static int attach_classic(struct attach_job *job, int index, bool egress)
{
	LIBBPF_OPTS(bpf_tc_hook, hook, .ifindex = index, .attach_point = egress ? BPF_TC_EGRESS : BPF_TC_INGRESS);
	LIBBPF_OPTS(bpf_tc_opts, opts, .prog_fd = job->fd);
	int err;

	strcpy(job->out->method, "tc");
	if (!job->on_host) {
		modules__load_lazy("sch_ingress");
		modules__load_lazy("cls_bpf");
	}
	err = bpf_tc_hook_create(&hook);
	if (err && err != -EEXIST)
		return err == -ENOENT || err == -EOPNOTSUPP ?
			       attach__skip(job, "loaded; this kernel has no clsact qdisc here (module sch_ingress)") :
			       err;
	err = bpf_tc_attach(&hook, &opts);
	if (err == -ENOENT)
		return attach__skip(job, "loaded; this kernel has no tc classifier for BPF here (module cls_bpf)");
	return err;
}

/* Where there are no such devices the kernel says so about any other: the program was loaded and is of no use. */
static int attach_netkit(struct attach_job *job)
{
	char name[IF_NAMESIZE] = "";
	int index = device_for(job, "netkit"), own;

	if (index <= 0)
		return ATTACH_SKIPPED;
	own = netdev__netkit(name);
	if (own > 0) {
		attach__method(job, "netkit", name);
		index = own;
	}
	return bpf_link_create(job->fd, index, (enum bpf_attach_type)job->expected, NULL) < 0 ? -errno : 0;
}

int attach__tc(struct attach_job *job)
{
	bool egress = strstr(job->section, "egress") != NULL;
	int index;

	if (job->expected == ATTACH_TYPE_NETKIT_PRIMARY || job->expected == ATTACH_TYPE_NETKIT_PEER)
		return attach_netkit(job);
	index = device_for(job, "tcx");
	if (index <= 0)
		return ATTACH_SKIPPED;
#if LIBBPF_AT_LEAST(1, 3)
	if (bpf_link_create(job->fd, index, egress ? BPF_TCX_EGRESS : BPF_TCX_INGRESS, NULL) >= 0)
		return 0;
	/* EINVAL: a kernel before 6.6. A section that requests tcx by name gets no other hook. */
	if (errno != EINVAL || !strncmp(job->section, "tcx/", 4))
		return -errno;
#endif
	return attach_classic(job, index, egress);
}

int attach__netfilter(struct attach_job *job)
{
#if LIBBPF_AT_LEAST(1, 3)
	/* A hook takes one program of each priority: those of one object must not stand in each other's way. */
	static int32_t priority = -128;
	LIBBPF_OPTS(bpf_netfilter_opts, opts, .pf = 2 /* IPv4 */, .hooknum = 1 /* local in */);
	struct bpf_link *link;

	opts.priority = priority++;
	attach__method(job, "netfilter", "ipv4 local-in");
	link = bpf_program__attach_netfilter(job->prog, &opts);
	return link ? 0 : -errno;
#else
	return attach__skip(job, "loaded; this validator was built on a libbpf that cannot attach netfilter programs");
#endif
}

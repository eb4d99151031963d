/* SPDX-License-Identifier: Apache-2.0 */
/* What is attached through the routing netlink: tc actions and lightweight tunnels. */
#include <errno.h>
#include <linux/bpf.h>
#include <linux/lwtunnel.h>
#include <linux/pkt_cls.h>
#include <linux/seg6_local.h>
#include <linux/tc_act/tc_bpf.h>
#include <netinet/in.h>
#include <string.h>

#include "attach/attach-kinds.h"
#include "attach/netdev.h"
#include "attach/netlink.h"
#include "lib/modules.h"

/* Addresses for documentation (RFC 5737, RFC 3849): no one is there. */
#define FIRST_IPV4 0xc6336401U
static const unsigned char first_ipv6[16] = { 0x20, 0x01, 0x0d, 0xb8 };

/* An action of its own, without a filter, as `tc actions add` makes one. */
int attach__action(struct attach_job *job)
{
	struct tc_act_bpf parameters = { .action = TC_ACT_PIPE };
	struct tcamsg body = { .tca_family = AF_UNSPEC };
	struct rtattr *table, *entry, *options;
	struct netlink request;
	char name[IF_NAMESIZE];
	int err;

	/* On a machine that is not a guest this moves us into a namespace of our own. */
	if (job->on_host && netdev__own(true, name) <= 0)
		return attach__skip(job, "loaded; a network namespace of its own could not be made here");
	if (!job->on_host)
		modules__load_lazy("act_bpf");
	attach__method(job, "action", "tc action");
	netlink__begin(&request, RTM_NEWACTION, &body, sizeof(body));
	table = netlink__open(&request, TCA_ACT_TAB);
	entry = netlink__open(&request, 1);
	netlink__add(&request, TCA_ACT_KIND, "bpf", 4);
	options = netlink__open(&request, TCA_ACT_OPTIONS | NLA_F_NESTED);
	netlink__add(&request, TCA_ACT_BPF_PARMS, &parameters, sizeof(parameters));
	netlink__add(&request, TCA_ACT_BPF_FD, &job->fd, sizeof(job->fd));
	netlink__add(&request, TCA_ACT_BPF_NAME, "validator", 10);
	netlink__close(&request, options);
	netlink__close(&request, entry);
	netlink__close(&request, table);
	err = netlink__send(&request);
	if (err == -ENOENT)
		return attach__skip(job, "loaded; this kernel has no tc action for BPF here (module act_bpf)");
	return err;
}

/* Begins a route to one address over the device; each program gets an address of its own. */
static void begin_route(struct netlink *request, int family, int device)
{
	static unsigned char routes;
	unsigned char address[16];
	uint32_t ipv4 = htonl(FIRST_IPV4 + routes % 250);
	struct rtmsg body = {
		.rtm_family = (unsigned char)family,
		.rtm_dst_len = family == AF_INET ? 32 : 128,
		.rtm_table = RT_TABLE_MAIN,
		.rtm_protocol = RTPROT_STATIC,
		.rtm_scope = family == AF_INET ? RT_SCOPE_LINK : RT_SCOPE_UNIVERSE,
		.rtm_type = RTN_UNICAST,
	};

	memcpy(address, first_ipv6, sizeof(address));
	address[15] = routes++;
	netlink__begin(request, RTM_NEWROUTE, &body, sizeof(body));
	if (family == AF_INET)
		netlink__add(request, RTA_DST, &ipv4, sizeof(ipv4));
	else
		netlink__add(request, RTA_DST, address, sizeof(address));
	netlink__add(request, RTA_OIF, &device, sizeof(device));
}

static int device_for_route(struct attach_job *job, const char *method)
{
	char name[IF_NAMESIZE] = "";
	int device = netdev__own(job->on_host, name);

	attach__method(job, method, name);
	if (device <= 0)
		attach__skip(job, "loaded; no network device could be set up for it here: %s", strerror(-device));
	return device;
}

static void add_program(struct netlink *request, unsigned short type, unsigned short fd_type, unsigned short name_type,
			int fd)
{
	struct rtattr *program = netlink__open(request, type | NLA_F_NESTED);

	netlink__add(request, fd_type, &fd, sizeof(fd));
	netlink__add(request, name_type, "validator", 10);
	netlink__close(request, program);
}

int attach__lwt(struct attach_job *job)
{
	unsigned short type = LWTUNNEL_ENCAP_BPF, place;
	int device = device_for_route(job, "lwt");
	struct netlink request;
	struct rtattr *encap;

	if (device <= 0)
		return ATTACH_SKIPPED;
	place = job->type == BPF_PROG_TYPE_LWT_IN  ? LWT_BPF_IN :
		job->type == BPF_PROG_TYPE_LWT_OUT ? LWT_BPF_OUT :
						     LWT_BPF_XMIT;
	begin_route(&request, AF_INET, device);
	netlink__add(&request, RTA_ENCAP_TYPE, &type, sizeof(type));
	encap = netlink__open(&request, RTA_ENCAP | NLA_F_NESTED);
	add_program(&request, place, LWT_BPF_PROG_FD, LWT_BPF_PROG_NAME, job->fd);
	netlink__close(&request, encap);
	return netlink__send(&request);
}

int attach__seg6local(struct attach_job *job)
{
	unsigned short type = LWTUNNEL_ENCAP_SEG6_LOCAL;
	uint32_t action = SEG6_LOCAL_ACTION_END_BPF;
	int device = device_for_route(job, "seg6local");
	struct netlink request;
	struct rtattr *encap;

	if (device <= 0)
		return ATTACH_SKIPPED;
	begin_route(&request, AF_INET6, device);
	netlink__add(&request, RTA_ENCAP_TYPE, &type, sizeof(type));
	encap = netlink__open(&request, RTA_ENCAP | NLA_F_NESTED);
	netlink__add(&request, SEG6_LOCAL_ACTION, &action, sizeof(action));
	add_program(&request, SEG6_LOCAL_BPF, SEG6_LOCAL_BPF_PROG, SEG6_LOCAL_BPF_PROG_NAME, job->fd);
	netlink__close(&request, encap);
	return netlink__send(&request);
}

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
#include "guest/modules.h"

/* Addresses for documentation (RFC 5737, RFC 3849): nobody is there. */
#define FIRST_IPV4 0xc6336401U
static const unsigned char first_ipv6[16] = { 0x20, 0x01, 0x0d, 0xb8 };

/* An action of its own, without a filter, as `tc actions add` makes one. */
int attach__action(struct attach_job *job)
{
	struct tc_act_bpf parameters = { .action = TC_ACT_PIPE };
	struct tcamsg body = { .tca_family = AF_UNSPEC };
	struct rtattr *table, *entry, *options;
	struct netlink question;
	char name[IF_NAMESIZE];
	int err;

	/* On a machine that is no guest this moves us into a namespace of our own. */
	if (job->on_host && netdev__own(true, name) <= 0)
		return attach__skip(job, "loaded; a network namespace of its own could not be made here");
	if (!job->on_host)
		modules__load_lazy("act_bpf");
	attach__method(job, "action", "tc action");
	netlink__begin(&question, RTM_NEWACTION, &body, sizeof(body));
	table = netlink__open(&question, TCA_ACT_TAB);
	entry = netlink__open(&question, 1);
	netlink__add(&question, TCA_ACT_KIND, "bpf", 4);
	options = netlink__open(&question, TCA_ACT_OPTIONS | NLA_F_NESTED);
	netlink__add(&question, TCA_ACT_BPF_PARMS, &parameters, sizeof(parameters));
	netlink__add(&question, TCA_ACT_BPF_FD, &job->fd, sizeof(job->fd));
	netlink__add(&question, TCA_ACT_BPF_NAME, "validator", 10);
	netlink__close(&question, options);
	netlink__close(&question, entry);
	netlink__close(&question, table);
	err = netlink__ask(&question);
	if (err == -ENOENT)
		return attach__skip(job, "loaded; this kernel has no tc action for BPF here (module act_bpf)");
	return err;
}

/* Begins a route to one address over the device; each program gets an address of its own. */
static void begin_route(struct netlink *question, int family, int device)
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
	netlink__begin(question, RTM_NEWROUTE, &body, sizeof(body));
	if (family == AF_INET)
		netlink__add(question, RTA_DST, &ipv4, sizeof(ipv4));
	else
		netlink__add(question, RTA_DST, address, sizeof(address));
	netlink__add(question, RTA_OIF, &device, sizeof(device));
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

static void add_program(struct netlink *question, unsigned short type, unsigned short fd_type, unsigned short name_type,
			int fd)
{
	struct rtattr *program = netlink__open(question, type | NLA_F_NESTED);

	netlink__add(question, fd_type, &fd, sizeof(fd));
	netlink__add(question, name_type, "validator", 10);
	netlink__close(question, program);
}

int attach__lwt(struct attach_job *job)
{
	unsigned short type = LWTUNNEL_ENCAP_BPF, place;
	int device = device_for_route(job, "lwt");
	struct netlink question;
	struct rtattr *encap;

	if (device <= 0)
		return ATTACH_SKIPPED;
	place = job->type == BPF_PROG_TYPE_LWT_IN  ? LWT_BPF_IN :
		job->type == BPF_PROG_TYPE_LWT_OUT ? LWT_BPF_OUT :
						     LWT_BPF_XMIT;
	begin_route(&question, AF_INET, device);
	netlink__add(&question, RTA_ENCAP_TYPE, &type, sizeof(type));
	encap = netlink__open(&question, RTA_ENCAP | NLA_F_NESTED);
	add_program(&question, place, LWT_BPF_PROG_FD, LWT_BPF_PROG_NAME, job->fd);
	netlink__close(&question, encap);
	return netlink__ask(&question);
}

int attach__seg6local(struct attach_job *job)
{
	unsigned short type = LWTUNNEL_ENCAP_SEG6_LOCAL;
	uint32_t action = SEG6_LOCAL_ACTION_END_BPF;
	int device = device_for_route(job, "seg6local");
	struct netlink question;
	struct rtattr *encap;

	if (device <= 0)
		return ATTACH_SKIPPED;
	begin_route(&question, AF_INET6, device);
	netlink__add(&question, RTA_ENCAP_TYPE, &type, sizeof(type));
	encap = netlink__open(&question, RTA_ENCAP | NLA_F_NESTED);
	netlink__add(&question, SEG6_LOCAL_ACTION, &action, sizeof(action));
	add_program(&question, SEG6_LOCAL_BPF, SEG6_LOCAL_BPF_PROG, SEG6_LOCAL_BPF_PROG_NAME, job->fd);
	netlink__close(&question, encap);
	return netlink__ask(&question);
}

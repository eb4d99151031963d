/* SPDX-License-Identifier: Apache-2.0 */
#include "overrides/overrides.h"

#include <errno.h>

#include "test.h"

static struct overrides overrides;
static char error[256];

static int set(const char *key, const char *value)
{
	return overrides__set(&overrides, key, value, error, sizeof(error));
}

static void test_maps(void)
{
	char value[32];
	int i;

	overrides__free(&overrides);
	CHECK(!set("set_map_max_entries", "a=512") && !set("set_map_inner_ringbuf", "a=4096"));
	CHECK(overrides.map_count == 1 && overrides.maps[0].inner_ringbuf_bytes == 4096);
	CHECK(!set("set_map_inner_map", "b=lru_hash:4:8:64"));
	CHECK(overrides.maps[1].inner_type == BPF_MAP_TYPE_LRU_HASH && overrides.maps[1].inner_max_entries == 64);
	CHECK(set("set_map_inner_map", "b=queue:4:8:64") == -EINVAL);
	CHECK(set("set_map_inner_map", "b=hash:4:8") == -EINVAL);
	CHECK(set("set_map_inner_map", "b=hash:4:0:1") == -EINVAL);
	CHECK(set("set_map_max_entries", "a=") == -EINVAL);
	CHECK(set("set_map_max_entries", "=4") == -EINVAL);
	CHECK(set("set_map_max_entries", "a=4294967296") == -EINVAL);
	for (i = overrides.map_count; i < OVERRIDES_MAX_MAPS; i++) {
		snprintf(value, sizeof(value), "m%d=1", i);
		CHECK(!set("set_map_max_entries", value));
	}
	CHECK(set("set_map_max_entries", "one_more=1") == -EINVAL);
}

static void test_programs(void)
{
	overrides__free(&overrides);
	CHECK(!set("set_prog_type", "socket1=socket_filter"));
	CHECK(overrides.types[0].type == BPF_PROG_TYPE_SOCKET_FILTER);
	CHECK(set("set_prog_type", "x=struct_ops") == -EINVAL);
	CHECK(!set("prog_variants", "walk=a:181,b:trial,c"));
	CHECK(overrides.groups[0].count == 3 && overrides.groups[0].variants[0].helper == 181);
	CHECK(overrides.groups[0].variants[1].trial && !overrides.groups[0].variants[2].trial);
	CHECK(!strcmp(overrides.groups[0].variants[2].name, "c") && overrides.groups[0].chosen == -1);
	CHECK(set("prog_variants", "walk=a:maybe") == -EINVAL);
	CHECK(set("prog_variants", "walk=a,,b") == -EINVAL);
	CHECK(set("prog_variants", "walk=a,b,c,d,e,f,g") == -EINVAL);
	CHECK(overrides.group_count == 1);
	CHECK(!set("probe_companions", "x,y") && overrides.companion_count == 2);
	CHECK(set("probe_companions", "x,,y") == -EINVAL);
	CHECK(set("nothing", "x") == -ENOENT);
	CHECK(!strcmp(overrides__prog_type_name(BPF_PROG_TYPE_XDP), "xdp"));
	CHECK(!strcmp(overrides__map_type_name(4000), ""));
	overrides__free(&overrides);
}

static void test_loader_settings(void)
{
	overrides__free(&overrides);
	CHECK(!set("set_rodata", "cfg.port[2]=0x10") && !strcmp(overrides.values[0].path, "cfg.port[2]"));
	CHECK(!strcmp(overrides.values[0].value, "0x10"));
	CHECK(!set("set_rodata", "comm=") && !overrides.values[1].value[0]);
	CHECK(!set("set_rodata", "text=a=b") && !strcmp(overrides.values[2].value, "a=b"));
	CHECK(set("set_rodata", "=1") == -EINVAL && set("set_rodata", "name") == -EINVAL && overrides.value_count == 3);
	CHECK(!set("set_attach_target", "p=vfs_read") && !overrides.targets[0].of);
	CHECK(!set("set_attach_target", "p=xdp:prog0") && overrides.targets[1].of == BPF_PROG_TYPE_XDP);
	CHECK(!strcmp(overrides__target(&overrides, "p")->function, "prog0") && !overrides__target(&overrides, "q"));
	CHECK(!set("set_attach_target", "t=tc:entry") && overrides.targets[2].of == BPF_PROG_TYPE_SCHED_CLS);
	CHECK(set("set_attach_target", "p=") == -EINVAL && set("set_attach_target", "p=xdp:") == -EINVAL);
	CHECK(!set("set_autoload", "p=off") && overrides__leaves_out(&overrides, "p"));
	CHECK(!set("set_autoload", "p=on") && !overrides__leaves_out(&overrides, "p"));
	CHECK(set("set_autoload", "p=maybe") == -EINVAL);
	CHECK(!set("set_autoload", "p=off") && !set("strict_libbpf", "true") && overrides.strict);
	CHECK(!overrides__target(&overrides, "p") && !overrides__leaves_out(&overrides, "p"));
	CHECK(set("strict_libbpf", "very") == -EINVAL);
	overrides__free(&overrides);
}

static void test_record(void)
{
	int i;

	overrides__record(&overrides, "rodata", "quiet", 0, "x");
	overrides__record_fix(&overrides, "map_size", "quiet", 0, "x");
	CHECK(!overrides.shim_count);
	overrides.recording = true;
	for (i = 0; i < OVERRIDES_MAX_FIXES + 5; i++)
		overrides__record_fix(&overrides, "map_size", "a", -EINVAL, "max_entries %d", i);
	CHECK(overrides.shim_count == OVERRIDES_MAX_FIXES);
	CHECK(!strcmp(overrides.shims[7].detail, "max_entries 7") && overrides.shims[7].err == -EINVAL);
	/* What an object needs leaves room for what its user sets. */
	overrides__record(&overrides, "rodata", "v", -ERANGE, "too large");
	CHECK(overrides.shim_count == OVERRIDES_MAX_FIXES + 1);
	CHECK(!strcmp(overrides.shims[OVERRIDES_MAX_FIXES].subject, "v"));
	for (i = 0; i < OVERRIDES_MAX_SHIMS; i++)
		overrides__record(&overrides, "rodata", "v", 0, "%d", i);
	CHECK(overrides.shim_count == OVERRIDES_MAX_SHIMS);
	overrides__free(&overrides);
}

void test_overrides(void)
{
	test_loader_settings();
	test_record();
	test_maps();
	test_programs();
}

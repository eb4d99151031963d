/* SPDX-License-Identifier: Apache-2.0 */
#include "overrides/tuning.h"

#include <errno.h>

#include "test.h"

static struct tuning tuning;
static char error[256];

static int set(const char *key, const char *value)
{
	return tuning__set(&tuning, key, value, error, sizeof(error));
}

static void test_maps(void)
{
	char value[32];
	int i;

	tuning__free(&tuning);
	CHECK(!set("set_map_max_entries", "a=512") && !set("set_map_inner_ringbuf", "a=4096"));
	CHECK(tuning.map_count == 1 && tuning.maps[0].inner_ringbuf_bytes == 4096);
	CHECK(!set("set_map_inner_map", "b=lru_hash:4:8:64"));
	CHECK(tuning.maps[1].inner_type == BPF_MAP_TYPE_LRU_HASH && tuning.maps[1].inner_max_entries == 64);
	CHECK(set("set_map_inner_map", "b=queue:4:8:64") == -EINVAL);
	CHECK(set("set_map_inner_map", "b=hash:4:8") == -EINVAL);
	CHECK(set("set_map_inner_map", "b=hash:4:0:1") == -EINVAL);
	CHECK(set("set_map_max_entries", "a=") == -EINVAL);
	CHECK(set("set_map_max_entries", "=4") == -EINVAL);
	CHECK(set("set_map_max_entries", "a=4294967296") == -EINVAL);
	for (i = tuning.map_count; i < TUNING_MAX_MAPS; i++) {
		snprintf(value, sizeof(value), "m%d=1", i);
		CHECK(!set("set_map_max_entries", value));
	}
	CHECK(set("set_map_max_entries", "one_more=1") == -EINVAL);
}

static void test_programs(void)
{
	tuning__free(&tuning);
	CHECK(!set("set_prog_type", "socket1=socket_filter"));
	CHECK(tuning.types[0].type == BPF_PROG_TYPE_SOCKET_FILTER);
	CHECK(set("set_prog_type", "x=struct_ops") == -EINVAL);
	CHECK(!set("prog_variants", "walk=a:181,b:trial,c"));
	CHECK(tuning.groups[0].count == 3 && tuning.groups[0].variants[0].helper == 181);
	CHECK(tuning.groups[0].variants[1].trial && !tuning.groups[0].variants[2].trial);
	CHECK(!strcmp(tuning.groups[0].variants[2].name, "c") && tuning.groups[0].chosen == -1);
	CHECK(set("prog_variants", "walk=a:maybe") == -EINVAL);
	CHECK(set("prog_variants", "walk=a,,b") == -EINVAL);
	CHECK(set("prog_variants", "walk=a,b,c,d,e,f,g") == -EINVAL);
	CHECK(tuning.group_count == 1);
	CHECK(!set("probe_companions", "x,y") && tuning.companion_count == 2);
	CHECK(set("probe_companions", "x,,y") == -EINVAL);
	CHECK(set("nothing", "x") == -ENOENT);
	CHECK(!strcmp(tuning__prog_type_name(BPF_PROG_TYPE_XDP), "xdp"));
	CHECK(!strcmp(tuning__map_type_name(4000), ""));
	tuning__free(&tuning);
}

static void test_loader_settings(void)
{
	tuning__free(&tuning);
	CHECK(!set("set_rodata", "cfg.port[2]=0x10") && !strcmp(tuning.values[0].path, "cfg.port[2]"));
	CHECK(!strcmp(tuning.values[0].value, "0x10"));
	CHECK(!set("set_rodata", "comm=") && !tuning.values[1].value[0]);
	CHECK(!set("set_rodata", "text=a=b") && !strcmp(tuning.values[2].value, "a=b"));
	CHECK(set("set_rodata", "=1") == -EINVAL && set("set_rodata", "name") == -EINVAL && tuning.value_count == 3);
	CHECK(!set("set_attach_target", "p=vfs_read") && !tuning.targets[0].of);
	CHECK(!set("set_attach_target", "p=xdp:prog0") && tuning.targets[1].of == BPF_PROG_TYPE_XDP);
	CHECK(!strcmp(tuning__target(&tuning, "p")->function, "prog0") && !tuning__target(&tuning, "q"));
	CHECK(!set("set_attach_target", "t=tc:entry") && tuning.targets[2].of == BPF_PROG_TYPE_SCHED_CLS);
	CHECK(set("set_attach_target", "p=") == -EINVAL && set("set_attach_target", "p=xdp:") == -EINVAL);
	CHECK(!set("set_autoload", "p=off") && tuning__leaves_out(&tuning, "p"));
	CHECK(!set("set_autoload", "p=on") && !tuning__leaves_out(&tuning, "p"));
	CHECK(set("set_autoload", "p=maybe") == -EINVAL);
	CHECK(!set("set_autoload", "p=off") && !set("strict_libbpf", "true") && tuning.strict);
	CHECK(!tuning__target(&tuning, "p") && !tuning__leaves_out(&tuning, "p"));
	CHECK(set("strict_libbpf", "very") == -EINVAL);
	tuning__free(&tuning);
}

static void test_record(void)
{
	int i;

	tuning__record(&tuning, "map_size", "quiet", 0, "x");
	CHECK(!tuning.shim_count);
	tuning.recording = true;
	for (i = 0; i < TUNING_MAX_SHIMS + 5; i++)
		tuning__record(&tuning, "map_size", "a", -EINVAL, "max_entries %d", i);
	CHECK(tuning.shim_count == TUNING_MAX_SHIMS);
	CHECK(!strcmp(tuning.shims[7].detail, "max_entries 7") && tuning.shims[7].err == -EINVAL);
	tuning__free(&tuning);
}

void test_tuning(void)
{
	test_loader_settings();
	test_record();
	test_maps();
	test_programs();
}

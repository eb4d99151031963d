/* SPDX-License-Identifier: Apache-2.0 */
#include "symbols/formats.h"

#include <string.h>

#include "test.h"

static void test_lines(void)
{
	static struct format format;

	format__take(&format, "name: block_rq_issue");
	format__take(&format, "");
	format__take(&format, "print fmt: \"field:x; offset:1; size:2;\"");
	CHECK(!format.count);
	format__take(&format, "\tfield:unsigned short common_type;\toffset:0;\tsize:2;\tsigned:0;");
	format__take(&format, "\tfield:char rwbs[8];\toffset:34;\tsize:8;\tsigned:0;");
	format__take(&format, "\tfield:__u8 both[2][16];\toffset:48;\tsize:32;\tsigned:0;");
	format__take(&format, "\tfield:const char * filename;\toffset:16;\tsize:8;\tsigned:0;");
	format__take(&format, "\tfield:__data_loc char[] cmd;\toffset:56;\tsize:4;\tsigned:0;");
	format__take(&format, "\tfield:;\toffset:56;\tsize:4;\tsigned:0;");
	format__take(&format, "\tfield:int cut;\toffset:56");
	CHECK(format.count == 5);
	CHECK(!strcmp(format.fields[0].name, "common_type") && !format.fields[0].offset && format.fields[0].size == 2);
	CHECK(!strcmp(format.fields[1].name, "rwbs") && format.fields[1].offset == 34 && format.fields[1].size == 8);
	CHECK(!strcmp(format.fields[2].name, "both") && !strcmp(format.fields[3].name, "filename"));
	CHECK(!strcmp(format.fields[4].name, "cmd"));
	while (format.count < FORMAT_FIELDS_MAX)
		format__take(&format, "\tfield:int more;\toffset:4;\tsize:4;\tsigned:1;");
	format__take(&format, "\tfield:int last;\toffset:4;\tsize:4;\tsigned:1;");
	CHECK(format.count == FORMAT_FIELDS_MAX && !strcmp(format.fields[FORMAT_FIELDS_MAX - 1].name, "more"));
}

void test_formats(void)
{
	char tracepoint[FORMAT_NAME_SIZE];

	CHECK(format__of_section("tp/block/block_rq_issue", tracepoint) && !strcmp(tracepoint, "block/block_rq_issue"));
	CHECK(format__of_section("?tracepoint/sched/sched_switch", tracepoint));
	CHECK(!strcmp(tracepoint, "sched/sched_switch"));
	CHECK(!format__of_section("tp", tracepoint) && !format__of_section("tp/block", tracepoint));
	CHECK(!format__of_section("tp/../x", tracepoint) && !format__of_section("tp/a/b/c", tracepoint));
	CHECK(!format__of_section("tp/a/", tracepoint) && !format__of_section("raw_tp/a/b", tracepoint));
	test_lines();
}

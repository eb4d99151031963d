/* SPDX-License-Identifier: Apache-2.0 */
#include "load/line-breaks.h"

#include "test.h"

void test_line_breaks(void)
{
	char message[] = "prog 'a\nlibbpf: forged': failed to load: -22\n";
	char short_message[] = "\n";

	line_breaks__hide_within(message, strlen(message));
	CHECK(!strcmp(message, "prog 'a\1libbpf: forged': failed to load: -22\n"));
	line_breaks__hide_within(short_message, strlen(short_message));
	CHECK(!strcmp(short_message, "\n"));
}

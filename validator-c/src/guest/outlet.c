/* SPDX-License-Identifier: Apache-2.0 */
#include "guest/outlet.h"

#include <string.h>

#include "guest/port.h"
#include "lib/die.h"
#include "lib/frames.h"

static void check_write(int err)
{
	if (err)
		die__power_off("writing to the host failed: %s", strerror(-err));
}

void outlet__send(struct outlet *outlet, uint8_t type, const void *payload, uint32_t len)
{
	struct frame frame = { .type = type, .seq = outlet->seq++, .len = len };
	uint8_t header[FRAME_HEADER_SIZE];
	int err;

	frame__encode(&frame, header);
	if (outlet->sealing) {
		seal__add(&outlet->seal, header, sizeof(header));
		seal__add(&outlet->seal, payload, len);
	}
	err = port__write(outlet->port, header, sizeof(header));
	if (!err)
		err = port__write(outlet->port, payload, len);
	check_write(err);
}

void outlet__flush(struct outlet *outlet)
{
	check_write(port__flush(outlet->port));
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "guest/mailbox.h"

#include <sys/mman.h>

#include "lib/die.h"
#include "lib/frames.h"

struct mailbox *mailbox__create(void)
{
	size_t size = sizeof(struct mailbox) + FRAME_MAX_TO_GUEST + 1;
	void *memory = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

	if (memory == MAP_FAILED)
		die__power_off("no memory for requests");
	return memory;
}

int mailbox__open(struct mailbox *mailbox, struct request *request, char *error, size_t size)
{
	int err;

	request__init(request);
	request->in_guest = true;
	request->received_us = mailbox->received_us;
	err = request__parse(request, mailbox->text, mailbox->text_size, error, size);
	if (err)
		return err;
	request->artifact = mailbox->artifact;
	request->plan = request->plan_size ? mailbox->plan : NULL;
	return 0;
}

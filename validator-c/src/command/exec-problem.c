/* SPDX-License-Identifier: Apache-2.0 */
#include "command/exec-problem.h"

#include <elf.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "command/command.h"
#include "command/pristine.h"

#define HEAD_MAX 4096
#define WORDS_MAX 64
#define EXIT_SYNTAX 2
#define EXIT_NOT_EXECUTABLE 126

#if defined(__x86_64__)
#define OUR_MACHINE EM_X86_64
#else
#define OUR_MACHINE EM_AARCH64
#endif

/* The beginning of a file, with a NUL behind it. */
struct head {
	char bytes[HEAD_MAX + 1];
	size_t len;
};

static bool read_head(const char *path, struct head *head)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	struct stat file;
	ssize_t n = -1;

	if (fd < 0)
		return false;
	if (!fstat(fd, &file) && S_ISREG(file.st_mode))
		n = read(fd, head->bytes, HEAD_MAX);
	close(fd);
	head->len = n < 0 ? 0 : (size_t)n;
	head->bytes[head->len] = '\0';
	return n >= 0;
}

static void check_interpreter(const char *path, const char *interpreter, char *why, size_t size)
{
	if (access(interpreter, X_OK))
		snprintf(why, size, "%.80s is there, its interpreter %.80s is not", path, interpreter);
}

static void check_script(const char *path, struct head *head, char *why, size_t size)
{
	char *interpreter = head->bytes + 2 + strspn(head->bytes + 2, " \t");

	interpreter[strcspn(interpreter, " \t\r\n")] = '\0';
	check_interpreter(path, interpreter, why, size);
}

/* The file names its own places; everything is checked against what was read. */
static void check_elf(const char *path, const struct head *head, char *why, size_t size)
{
	char interpreter[256] = "";
	Elf64_Ehdr file;
	Elf64_Phdr part;
	int i;

	memcpy(&file, head->bytes, sizeof(file));
	if (file.e_type != ET_EXEC && file.e_type != ET_DYN)
		return;
	if (file.e_ident[EI_CLASS] != ELFCLASS64 || file.e_machine != OUR_MACHINE) {
		snprintf(why, size, "%.80s is made for another machine (ELF machine %u, %s)", path, file.e_machine,
			 file.e_ident[EI_CLASS] == ELFCLASS64 ? "64 bits" : "32 bits");
		return;
	}
	for (i = 0; i < file.e_phnum && file.e_phoff < head->len; i++) {
		size_t at = file.e_phoff + (size_t)i * sizeof(part);

		if (at + sizeof(part) > head->len)
			return;
		memcpy(&part, head->bytes + at, sizeof(part));
		if (part.p_type != PT_INTERP || part.p_offset >= head->len)
			continue;
		snprintf(interpreter, sizeof(interpreter), "%.*s", (int)(head->len - part.p_offset),
			 head->bytes + part.p_offset);
		check_interpreter(path, interpreter, why, size);
	}
}

static void check_program(const char *path, char *why, size_t size)
{
	struct head head;

	if (!read_head(path, &head))
		return;
	if (access(path, X_OK)) {
		if (head.len && (!memcmp(head.bytes, "#!", 2) || !memcmp(head.bytes, ELFMAG, SELFMAG)))
			snprintf(why, size, "%.80s is there, but it is not executable", path);
		return;
	}
	if (!strncmp(head.bytes, "#!", 2))
		check_script(path, &head, why, size);
	else if (head.len >= sizeof(Elf64_Ehdr) && !memcmp(head.bytes, ELFMAG, SELFMAG))
		check_elf(path, &head, why, size);
}

/* A word of the command as the path it stands for: our own variables are known, others are not. */
static void expand(const struct request *request, const char *word, char *path, size_t size)
{
	const struct {
		const char *name;
		const char *value;
	} known[] = {
		{ "$BPFCOMPAT_BIN", request->bin },
		{ "${BPFCOMPAT_BIN}", request->bin },
		{ "$BPFCOMPAT_REMOTE_ROOT", REMOTE_ROOT },
		{ "${BPFCOMPAT_REMOTE_ROOT}", REMOTE_ROOT },
	};
	size_t i;

	for (i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
		size_t len = strlen(known[i].name);

		if (strncmp(word, known[i].name, len) || (word[len] && word[len] != '/'))
			continue;
		snprintf(path, size, "%s%s", known[i].value, word + len);
		return;
	}
	snprintf(path, size, "%s", word);
}

static void check_word(const struct request *request, const char *word, char *why, size_t size)
{
	static const char *const directories[] = { "/usr/local/sbin", "/usr/local/bin", "/usr/sbin",
						   "/usr/bin",	      "/sbin",		"/bin" };
	char path[2 * ENTRY_MAX_PATH], found[2 * ENTRY_MAX_PATH + 32];
	size_t i;

	expand(request, word, path, sizeof(path));
	if (strchr(path, '/')) {
		check_program(path, why, size);
		return;
	}
	for (i = 0; i < sizeof(directories) / sizeof(directories[0]); i++) {
		snprintf(found, sizeof(found), "%s/%s", directories[i], path);
		if (access(found, F_OK))
			continue;
		check_program(found, why, size);
		return;
	}
}

/* What the dynamic linker says when a library is missing. */
static void find_library(const struct test *test, char *why, size_t size)
{
	static const char words[] = "error while loading shared libraries: ";
	const struct buf *tail = &test->err.tail;
	const char *at = tail->len ? memmem(tail->data, tail->len, words, strlen(words)) : NULL;
	size_t len;

	if (!at)
		return;
	at += strlen(words);
	len = (size_t)(tail->data + tail->len - at);
	snprintf(why, size, "the program is there, its library %.*s is not",
		 (int)strcspn(strndupa(at, len < 100 ? len : 100), ":\n"), at);
}

void exec_problem__find(const struct request *request, const struct test *test, char *why, size_t size)
{
	char *copy, *word, *rest = NULL;
	int count = 0;

	why[0] = '\0';
	if (test->exit_code != EXIT_NOT_FOUND && test->exit_code != EXIT_NOT_EXECUTABLE &&
	    test->exit_code != EXIT_SYNTAX)
		return;
	if (test->exit_code == EXIT_NOT_FOUND)
		find_library(test, why, size);
	if (test->exit_code == EXIT_NOT_FOUND && !why[0])
		check_program(SHELL, why, size);
	copy = strdup(test->command);
	word = copy ? strtok_r(copy, " \t;|&()<>\"'`=", &rest) : NULL;
	for (; word && !why[0] && count < WORDS_MAX; count++) {
		check_word(request, word, why, size);
		word = strtok_r(NULL, " \t;|&()<>\"'`=", &rest);
	}
	free(copy);
}

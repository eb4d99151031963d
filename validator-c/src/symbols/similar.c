/* SPDX-License-Identifier: Apache-2.0 */
#include "symbols/similar.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Below this a likeness is chance. */
#define SCORE_MIN 505
#define WORDS_WEIGHT 450
#define LETTERS_WEIGHT 450
#define SAME_START 60
#define WORDS_MAX 24
/* Longer names are compared by their words alone. */
#define EDIT_MAX 96

static const char *const prefixes[] = { "__x64_sys_", "__ia32_sys_", "__arm64_sys_", "__se_sys_",
					"__do_sys_",  "ksys_",	     "do_sys_",	     "sys_" };
static const char *const suffixes[] = { "_impl", "_noprof" };

struct word {
	const char *at;
	size_t len;
};

static void drop_decoration(struct similar_name *name)
{
	size_t i, n, skip = 0;

	for (i = 0; i < sizeof(prefixes) / sizeof(prefixes[0]) && !skip; i++)
		if (name->text[0] == prefixes[i][0] && !strncmp(name->text, prefixes[i], strlen(prefixes[i])))
			skip = strlen(prefixes[i]);
	while (name->text[skip] == '_')
		skip++;
	if (skip)
		memmove(name->text, name->text + skip, name->len - skip + 1);
	name->len -= skip;
	for (i = 0; i < sizeof(suffixes) / sizeof(suffixes[0]); i++) {
		n = strlen(suffixes[i]);
		if (name->len > n && name->text[name->len - n] == '_' &&
		    !strcmp(name->text + name->len - n, suffixes[i])) {
			name->len -= n;
			name->text[name->len] = '\0';
		}
	}
}

/* What was done to a page is done to a folio in newer kernels: both count as one word. */
static void rename_folios(struct similar_name *name)
{
	char *at = name->text;

	while ((at = strstr(at, "folio"))) {
		if ((at == name->text || at[-1] == '_') && strchr("_s", at[5])) {
			memcpy(at, "page", 4);
			memmove(at + 4, at + 5, strlen(at + 5) + 1);
			name->len--;
		}
		at += 4;
	}
}

void similar_name__set_text(struct similar_name *name, const char *text)
{
	bool folio = false;
	size_t i;

	/* By hand, because it is done for every name of a kernel. What compilers add begins with a dot. */
	for (i = 0; text[i] && text[i] != '.' && i < sizeof(name->text) - 1; i++) {
		name->text[i] = text[i];
		folio |= text[i] == 'f';
	}
	name->text[i] = '\0';
	name->len = i;
	drop_decoration(name);
	if (folio)
		rename_folios(name);
}

void similar_name__set(struct similar_name *name, const char *text)
{
	size_t i;

	similar_name__set_text(name, text);
	memset(name->letters, 0, sizeof(name->letters));
	for (i = 0; i < name->len; i++)
		name->letters[name->text[i] >= 'a' && name->text[i] <= 'z' ? name->text[i] - 'a' :
									     SIMILAR_LETTERS - 1]++;
}

static int split(const struct similar_name *name, struct word *words)
{
	const char *at = name->text;
	int count = 0;
	size_t len;

	while (*at && count < WORDS_MAX) {
		len = strcspn(at, "_");
		if (len)
			words[count++] = (struct word){ at, len };
		at += len + (at[len] == '_');
	}
	return count;
}

/* Share of the letters that stand in words which both names have, in thousandths; -1 when each is a single word. */
static int words_alike(const struct similar_name *a, const struct similar_name *b, bool *same_start)
{
	struct word left[WORDS_MAX], right[WORDS_MAX];
	int lefts = split(a, left), rights = split(b, right), i, k;
	size_t common = 0, total = 0;

	*same_start = lefts && rights && left[0].len == right[0].len && !memcmp(left[0].at, right[0].at, left[0].len);
	if (lefts == 1 && rights == 1)
		return -1;
	for (k = 0; k < rights; k++)
		total += right[k].len;
	for (i = 0; i < lefts; i++) {
		total += left[i].len;
		for (k = 0; k < rights; k++) {
			if (left[i].len != right[k].len || memcmp(left[i].at, right[k].at, left[i].len))
				continue;
			common += 2 * left[i].len;
			/* Each word is matched once. */
			right[k] = right[--rights];
			break;
		}
	}
	return total ? (int)(1000 * common / total) : 0;
}

static int edits(const struct similar_name *a, const struct similar_name *b)
{
	unsigned char row[EDIT_MAX + 1], diagonal, above;
	size_t i, k;

	for (k = 0; k <= b->len; k++)
		row[k] = (unsigned char)k;
	for (i = 1; i <= a->len; i++) {
		diagonal = row[0];
		row[0] = (unsigned char)i;
		for (k = 1; k <= b->len; k++) {
			above = row[k];
			row[k] = diagonal + (a->text[i - 1] != b->text[k - 1]);
			if (above + 1 < row[k])
				row[k] = above + 1;
			if (row[k - 1] + 1 < row[k])
				row[k] = row[k - 1] + 1;
			diagonal = above;
		}
	}
	return row[b->len];
}

static size_t longer(const struct similar_name *a, const struct similar_name *b)
{
	return a->len > b->len ? a->len : b->len;
}

/* Letters that one name lacks cost edits. */
static int best_letters(size_t a, size_t b, int apart)
{
	int lengths = abs((int)a - (int)b), max = (int)(a > b ? a : b);

	return 1000 - 1000 * (apart / 2 > lengths ? apart / 2 : lengths) / max + 1;
}

/* No score can be higher: letters that one name lacks are in no common word either. */
static int best_score(size_t a, size_t b, int apart)
{
	int lengths = abs((int)a - (int)b), sum = (int)(a + b), words, letters;

	if (!a || !b)
		return 0;
	letters = best_letters(a, b, apart);
	/* Underscores are not part of words, hence the words may share more than the names. */
	words = 1000 * sum / (sum + (apart > lengths ? apart : lengths)) + 1;
	words = words > letters ? words : letters;
	return (words * WORDS_WEIGHT + letters * LETTERS_WEIGHT) / 1000 + SAME_START;
}

static int letters_apart(const struct similar_name *a, const struct similar_name *b)
{
	int apart = 0, i;

	for (i = 0; i < SIMILAR_LETTERS; i++)
		apart += abs(a->letters[i] - b->letters[i]);
	return apart;
}

static int together(int words, int letters, bool same_start)
{
	return (words * WORDS_WEIGHT + letters * LETTERS_WEIGHT) / 1000 + (same_start ? SAME_START : 0);
}

/* Counting edits is most of the work: 0 as soon as the score cannot reach `floor`. */
static int score_from(const struct similar_name *a, const struct similar_name *b, int floor)
{
	int words, letters = 0, apart = letters_apart(a, b);
	bool same_start;

	if (!a->len || !b->len || best_score(a->len, b->len, apart) < floor)
		return 0;
	if (a->len == b->len && !memcmp(a->text, b->text, a->len))
		return 1000;
	words = words_alike(a, b, &same_start);
	if (words >= 0 && together(words, best_letters(a->len, b->len, apart), same_start) < floor)
		return 0;
	if (a->len <= EDIT_MAX && b->len <= EDIT_MAX)
		letters = 1000 - 1000 * edits(a, b) / (int)longer(a, b);
	return together(words < 0 ? letters : words, letters, same_start);
}

int similar_name__score(const struct similar_name *a, const struct similar_name *b)
{
	return score_from(a, b, 0);
}

void similar_list__init(struct similar_list *list, const char *missing)
{
	list->count = 0;
	similar_name__set(&list->missing, missing);
}

/* What a name has to reach. */
static int floor_of(const struct similar_list *list)
{
	return list->count == SIMILAR_MAX ? list->best[SIMILAR_MAX - 1].score : SCORE_MIN + 1;
}

bool similar_list__may_take(const struct similar_list *list, size_t len, int apart)
{
	return best_score(list->missing.len, len, apart) >= floor_of(list);
}

void similar_list__offer(struct similar_list *list, const char *name, const struct similar_name *compared, int bonus)
{
	int at, score = score_from(&list->missing, compared, floor_of(list) - bonus) + bonus;

	if (score < floor_of(list))
		return;
	for (at = 0; at < list->count; at++)
		if (!strcmp(list->best[at].name, name))
			return;
	for (at = list->count; at > 0; at--)
		if (list->best[at - 1].score > score ||
		    (list->best[at - 1].score == score && strcmp(list->best[at - 1].name, name) < 0))
			break;
	if (at == SIMILAR_MAX)
		return;
	list->count += list->count < SIMILAR_MAX;
	memmove(&list->best[at + 1], &list->best[at], (size_t)(list->count - 1 - at) * sizeof(list->best[0]));
	list->best[at].score = score;
	snprintf(list->best[at].name, sizeof(list->best[at].name), "%s", name);
}

// SPDX-License-Identifier: Apache-2.0
/*
 * libelf.a of elfutils 0.192 (Debian 13) refers to four functions of a helper library that the distribution does not
 * install. They keep a search tree behind a lock; the guest validator has one thread, so the tree of libc is all it
 * takes. The structure begins with the root in every release that has it.
 */
#define _GNU_SOURCE
#include <search.h>

struct search_tree {
	void *root;
};

typedef int (*compare_fn)(const void *, const void *);

void *eu_tsearch(const void *key, struct search_tree *tree, compare_fn compare);
void *eu_tdelete(const void *key, struct search_tree *tree, compare_fn compare);
void eu_search_tree_init(struct search_tree *tree);
void eu_search_tree_fini(struct search_tree *tree, void (*free_node)(void *));

void *eu_tsearch(const void *key, struct search_tree *tree, compare_fn compare)
{
	return tsearch(key, &tree->root, compare);
}

void *eu_tdelete(const void *key, struct search_tree *tree, compare_fn compare)
{
	return tdelete(key, &tree->root, compare);
}

void eu_search_tree_init(struct search_tree *tree)
{
	tree->root = 0;
}

void eu_search_tree_fini(struct search_tree *tree, void (*free_node)(void *))
{
	tdestroy(tree->root, free_node);
	tree->root = 0;
}

/*
 * All pages of a List operation: follows NextToken, repeating the request's
 * members. A short or empty page with a token is not the end. Tokens live
 * briefly: when the service refuses one (400), the listing starts again
 * once. Ends at a page ceiling, which is said.
 */
#ifndef CHIME_PAGING_H
#define CHIME_PAGING_H

#include "chime/client.h"
#include "util/attr.h"

#include <jansson.h>
#include <stdbool.h>

struct chime_paging;

enum { CHIME_MAX_PAGES = 2000 };

/* Borrowed: valid inside the callback only. */
struct chime_page {
	json_t *items;  /* array, perhaps empty; NULL when the call failed */
	bool last;      /* nothing further comes, the handle is gone */
	bool restarted; /* first page of a second run: forget what came before
			 */
	bool truncated; /* last, though the service has more: ceiling */
	const struct chime_result *result; /* of this page's call */
};

/*
 * Once per page; with result->error at most once, then `last` is set. Return
 * false to stop: nothing further comes and the handle is gone. May not
 * call chime_paging_cancel() on its own handle.
 */
typedef bool chime_page_fn(const struct chime_page *page, void *arg);

/*
 * `request` as for chime_start(); its operation must have a list member. Its
 * deadline is that of each page. max_pages 0: CHIME_MAX_PAGES.
 */
struct chime_paging *chime_paging_start(struct chime_client *client,
	const struct chime_request *request, unsigned max_pages,
	chime_page_fn *fn, void *arg) MUST_CHECK;
void chime_paging_cancel(struct chime_paging *paging);

#endif

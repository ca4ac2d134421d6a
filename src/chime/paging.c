#include "chime/paging.h"

#include "util/alloc.h"
#include "util/json.h"

#include <stdlib.h>

struct chime_paging {
	struct chime_client *client;
	struct chime_request request; /* members: our own copy */
	const char *list;
	chime_page_fn *fn;
	void *arg;
	struct chime_call *call;
	unsigned max_pages;
	unsigned pages; /* of this run */
	bool has_token; /* the call under way carries one */
	bool restarted; /* the one second run is used up */
	bool is_first;  /* of a second run: the next page says so */
};

static void paging_free(struct chime_paging *paging)
{
	json_decref(paging->request.members);
	free(paging);
}

static void paging_on_result(const struct chime_result *result, void *arg);

static void ask(struct chime_paging *paging)
{
	paging->call = chime_start(
		paging->client, &paging->request, paging_on_result, paging);
}

static void set_token(struct chime_paging *paging, json_t *token)
{
	paging->has_token = token != NULL;
	if (!token)
		json_object_del(paging->request.members, "NextToken");
	else if (json_object_set(paging->request.members, "NextToken", token) !=
		 0)
		abort();
}

/* A token that was refused has lived too long: begin again, once. */
static bool can_restart(
	const struct chime_paging *paging, const struct chime_result *result)
{
	return result->error == CHIME_BAD_REQUEST && result->status == 400 &&
	       paging->has_token && !paging->restarted;
}

static void restart(struct chime_paging *paging)
{
	paging->restarted = true;
	paging->is_first = true;
	paging->pages = 0;
	set_token(paging, NULL);
	ask(paging);
}

/* The token of the page that follows, or NULL. "" means the end as well. */
static json_t *next_token(const json_t *body)
{
	json_t *token = json_object_get(body, "NextToken");
	return json_string_length(token) > 0 ? token : NULL;
}

static void end(struct chime_paging *paging, const struct chime_page *page)
{
	(void)paging->fn(page, paging->arg);
	paging_free(paging);
}

static void give_page(
	struct chime_paging *paging, const struct chime_result *result)
{
	json_t *items = json_object_get(result->body, paging->list);
	json_t *token = next_token(result->body);
	json_t AUTOJSON *empty = json_array();
	bool full = ++paging->pages >= paging->max_pages;
	const struct chime_page page = {
		.items = json_is_array(items) ? items : empty,
		.last = !token || full,
		.restarted = paging->is_first,
		.truncated = token && full,
		.result = result,
	};
	paging->is_first = false;
	if (page.last) {
		end(paging, &page);
	} else if (paging->fn(&page, paging->arg)) {
		set_token(paging, token);
		ask(paging);
	} else {
		paging_free(paging);
	}
}

static void paging_on_result(const struct chime_result *result, void *arg)
{
	struct chime_paging *paging = arg;
	paging->call = NULL;
	if (result->error == CHIME_OK) {
		give_page(paging, result);
		return;
	}
	if (can_restart(paging, result)) {
		restart(paging);
		return;
	}
	const struct chime_page page = {.last = true, .result = result};
	end(paging, &page);
}

struct chime_paging *chime_paging_start(struct chime_client *client,
	const struct chime_request *request, unsigned max_pages,
	chime_page_fn *fn, void *arg)
{
	struct chime_paging *paging = xcalloc(1, sizeof(*paging));
	*paging = (struct chime_paging){
		.client = client,
		.request = *request,
		.list = chime_operation(request->op)->list,
		.fn = fn,
		.arg = arg,
		.max_pages = max_pages ? max_pages : CHIME_MAX_PAGES,
	};
	paging->request.members = json_copy(request->members);
	if (!paging->list || !paging->request.members)
		abort();
	ask(paging);
	return paging;
}

void chime_paging_cancel(struct chime_paging *paging)
{
	if (paging->call)
		chime_cancel(paging->call);
	paging_free(paging);
}

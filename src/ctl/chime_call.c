#include "ctl/chime_call.h"

#include "aws/creds.h"
#include "chime/client.h"
#include "chime/paging.h"
#include "net/loop.h"

#include <stdlib.h>
#include <sysexits.h>

/* Somebody waits: not for the whole deadline. */
enum { ATTEMPTS = 4 };

struct call {
	struct loop *loop;
	const struct chime_command *command;
	FILE *out, *complain;
	json_t *items; /* of all pages so far */
	int status;
};

/* The first that is given. */
static const char *either(const char *a, const char *b)
{
	return a && a[0] ? a : b;
}

static const char *environment_region(void)
{
	return either(getenv("AWS_REGION"),
		either(getenv("AWS_DEFAULT_REGION"), "us-east-1"));
}

void chime_target_init(struct chime_target *target, const struct args *args,
	const struct belfry_config *config)
{
	static const struct chime_config none;
	const struct chime_config *chime = config ? &config->chime : &none;

	*target = (struct chime_target){
		.region = either(args->region,
			either(chime->region, environment_region())),
		.messaging_endpoint =
			either(args->endpoint, chime->messaging_endpoint),
		.identity_endpoint =
			either(args->endpoint, chime->identity_endpoint),
		.ca_file = chime->ca_file,
		.profile = chime->profile,
		.credentials_file = chime->credentials_file,
		.bearer = either(args->bearer, chime->user),
	};
}

static void print_answer(struct call *call, const json_t *body)
{
	if (!body)
		return;
	json_dumpf(body, call->out, JSON_INDENT(2) | JSON_REAL_PRECISION(15));
	fputc('\n', call->out);
	if (fflush(call->out) != 0 || ferror(call->out))
		call->status = EXIT_FAILURE;
}

static void print_failure(struct call *call, const struct chime_result *result)
{
	fprintf(call->complain, "belfryctl: %s\n", result->message);
	call->status = EXIT_FAILURE;
}

static void call_on_answer(const struct chime_result *result, void *arg)
{
	struct call *call = arg;

	if (result->error == CHIME_OK)
		print_answer(call, result->body);
	else
		print_failure(call, result);
	loop_stop(call->loop);
}

/* The last page's answer with the items of all. */
static void print_pages(struct call *call, const struct chime_page *page)
{
	json_t *body = page->result->body ? json_copy(page->result->body)
					  : json_object();

	json_object_set(body, call->command->operation->list, call->items);
	if (!page->truncated)
		json_object_del(body, "NextToken");
	print_answer(call, body);
	json_decref(body);
}

static bool call_on_page(const struct chime_page *page, void *arg)
{
	struct call *call = arg;

	if (page->result->error != CHIME_OK)
		print_failure(call, page->result);
	if (page->restarted)
		json_array_clear(call->items);
	if (page->items)
		json_array_extend(call->items, page->items);
	if (!page->last)
		return true;
	if (call->status == 0)
		print_pages(call, page);
	loop_stop(call->loop);
	return true;
}

static void run_call(struct call *call, struct chime_client *client)
{
	struct chime_request request = {
		.op = call->command->operation->op,
		.members = call->command->members,
		.priority = CHIME_LIVE,
		.max_attempts = ATTEMPTS,
	};
	void *handle;

	if (call->command->all)
		handle = chime_paging_start(
			client, &request, 0, call_on_page, call);
	else
		handle = chime_start(client, &request, call_on_answer, call);
	if (handle)
		loop_run(call->loop);
}

static int run_with_client(struct call *call, const struct chime_target *target)
{
	struct creds_params creds_params = {
		.profile = target->profile,
		.credentials_file = target->credentials_file,
	};
	struct creds *creds = creds_new(call->loop, &creds_params);
	struct chime_client_params params = {
		.region = target->region,
		.messaging_endpoint = target->messaging_endpoint,
		.identity_endpoint = target->identity_endpoint,
		.ca_file = target->ca_file,
		.user_agent = "belfryctl",
		.creds = creds,
	};
	struct err err = {0};
	struct chime_client *client =
		chime_client_new(call->loop, &params, &err);

	if (client) {
		run_call(call, client);
		chime_client_free(client);
	} else {
		fprintf(call->complain, "belfryctl: %s\n", err.text);
		call->status = EX_USAGE;
	}
	creds_free(creds);
	return call->status;
}

int chime_call_run(const struct chime_target *target,
	const struct chime_command *command, FILE *out, FILE *complain)
{
	struct call call = {
		.loop = loop_new(),
		.command = command,
		.out = out,
		.complain = complain,
		.items = json_array(),
	};
	int status = run_with_client(&call, target);

	json_decref(call.items);
	loop_free(call.loop);
	return status;
}

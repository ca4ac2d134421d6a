#include "chimed/service.h"

#include "chime/route.h"
#include "chimed/call.h"
#include "chimed/handlers.h"
#include "chimed/idempotency.h"
#include "chimed/throttle.h"
#include "util/alloc.h"
#include "util/clock.h"
#include "util/json.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

struct service {
	struct db *db;
	struct auth auth;
	struct faults *faults;
	struct throttle *throttle; /* NULL: any rate will do */
	struct realm realm;
	char *region;
	char *account;
	char **admins;
	int64_t last_ms;
	/* Large, and used by one call at a time. */
	struct chime_route route;
};

static char **copy_list(char *const *list, size_t count)
{
	char **copy = xcalloc(count + 1, sizeof(*copy));

	for (size_t i = 0; i < count; i++)
		copy[i] = xstrdup(list[i]);
	return copy;
}

/* Time goes on from the newest message, should the clock have been set back. */
static int64_t newest_ms(struct db *db)
{
	return db_value(db, 0,
		"SELECT created_ms FROM messages ORDER BY id DESC LIMIT 1", "");
}

struct service *service_new(struct db *db, const struct service_params *params)
{
	struct service *service = xcalloc(1, sizeof(*service));

	service->db = db;
	service->faults = params->faults;
	if (params->throttled)
		service->throttle = throttle_new(params->region);
	service->region = xstrdup(params->region);
	service->account = xstrdup(params->account);
	service->admins = copy_list(params->admins, params->admin_count);
	service->last_ms = newest_ms(db);
	service->realm = (struct realm){
		.region = service->region,
		.account = service->account,
		.admins = (const char *const *)service->admins,
		.quotas = params->quotas,
	};
	auth_init(&service->auth, &(struct auth_params){
					  .access_key = params->access_key,
					  .secret = params->secret,
					  .region = service->region,
					  .skew_s = params->skew_s,
				  });
	return service;
}

void service_free(struct service *service)
{
	if (service == NULL)
		return;
	auth_release(&service->auth);
	throttle_free(service->throttle);
	for (char **admin = service->admins; *admin != NULL; admin++)
		free(*admin);
	free(service->admins);
	free(service->account);
	free(service->region);
	free(service);
}

static int64_t next_ms(struct service *service)
{
	int64_t now_ms = clock_wall_ms();

	if (now_ms > service->last_ms)
		service->last_ms = now_ms;
	return service->last_ms;
}

/* ---- the steps; each is true when the next may follow ---- */

static bool pass_gate(struct service *service,
	const struct service_request *request, struct span path,
	struct span query, struct answer *answer)
{
	struct sigv4_request signed_request = {
		.method = request->method,
		.path = path,
		.query = query,
		.headers = request->headers,
		.header_count = request->header_count,
		.body = request->body,
		.body_len = request->body_len,
	};

	return auth_pass(
		&service->auth, &signed_request, clock_wall_ms(), answer);
}

static bool find_operation(struct service *service,
	const struct service_request *request, struct span path,
	struct span query, struct answer *answer)
{
	switch (chime_route(request->method, path, query, &service->route)) {
	case 0:
		return true;
	case -ENOTSUP:
		answer_fault(answer, FAULT_WRONG_METHOD,
			"%s is not a method of this resource", request->method);
		return false;
	case -ENOENT:
		answer_fault(answer, FAULT_UNKNOWN_OPERATION,
			"There is no such operation");
		return false;
	default:
		answer_fault(answer, FAULT_BAD_REQUEST,
			"The path or the query cannot be decoded");
		return false;
	}
}

static bool take_args(struct call *call, const struct args_source *source)
{
	struct err err;

	if (args_collect(source, &call->args, &err) == 0)
		return true;
	answer_fault(call->answer, FAULT_BAD_REQUEST, "%s", err.text);
	return false;
}

/* Does the call act upon its own bearer, or the bearer's own message? */
static bool is_self(struct call *call)
{
	static const char *const members[] = {
		"MemberArn", "ChannelModeratorArn", "AppInstanceUserArn"};
	static const char sender[] =
		"SELECT sender FROM messages WHERE message_id = ?1";
	const char *id = args_text(&call->args, "MessageId", NULL);

	if (id != NULL)
		return db_value(call->db, call->bearer.id, sender, "s", id) ==
		       call->bearer.id;
	for (size_t i = 0; i < ARRAY_LEN(members); i++) {
		const char *arn = args_text(&call->args, members[i], NULL);

		if (arn != NULL)
			return str_eq(arn, call->bearer.arn);
	}
	return true;
}

static bool check_role(struct call *call)
{
	const char *channel = args_text(&call->args, "ChannelArn", NULL);

	if (!call->operation->bearer)
		return true;
	if (channel != NULL && !call_load_channel(call, channel))
		return false;
	call->roles.self = is_self(call);
	if (roles_allow(call->operation->op, &call->roles))
		return true;
	answer_forbidden(call->answer);
	return false;
}

/* ---- idempotency ---- */

static void identify(struct call *call, struct idempotency *entry)
{
	uint8_t digest[SHA256_BYTES];

	args_digest(&call->args, NULL, digest);
	idempotency_init(entry,
		&(struct idempotency_source){
			.operation = call->operation->name,
			.who = call->bearer.id != 0 ? call->bearer.arn
						    : call->realm->account,
			.token = args_text(
				&call->args, call->operation->token, NULL),
			.request = digest,
		});
}

static bool replay(struct call *call, struct idempotency *entry)
{
	char *stored = NULL;

	identify(call, entry);
	switch (idempotency_find(call->db, entry, call->now_ms, &stored)) {
	case IDEMPOTENCY_NEW:
		return false;
	case IDEMPOTENCY_CONFLICT:
		answer_fault(call->answer, FAULT_CONFLICT,
			"ClientRequestToken was used with other parameters");
		return true;
	case IDEMPOTENCY_REPLAY:
		call->answer->status = call->operation->status;
		call->answer->body = stored;
		return true;
	}
	return false;
}

static void run(struct call *call)
{
	struct idempotency entry;
	bool once = call->operation->token != NULL;

	if (once && replay(call, &entry))
		return;
	if (!check_role(call))
		return;
	handlers_find(call->operation->op)(call);
	if (once && answer_is_success(call->answer))
		idempotency_store(
			call->db, &entry, call->answer->body, call->now_ms);
}

static void start(struct service *service,
	const struct service_request *request, struct span query,
	struct answer *answer)
{
	struct call call = {
		.db = service->db,
		.realm = &service->realm,
		.operation = service->route.operation,
		.now_ms = next_ms(service),
		.answer = answer,
	};
	struct args_source source = {
		.route = &service->route,
		.query = query,
		.body = request->body,
		.body_len = request->body_len,
	};

	if (call.operation->bearer && !call_load_bearer(&call, request->bearer))
		return;
	if (take_args(&call, &source) &&
		throttle_pass(service->throttle, &call, clock_mono_ms()))
		run(&call);
	args_release(&call.args);
}

static void handle(struct service *service,
	const struct service_request *request, struct answer *answer)
{
	struct span query = span_of(request->target);
	struct span path = span_cut(&query, '?');
	struct mishap mishap;

	if (!pass_gate(service, request, path, query, answer) ||
		!find_operation(service, request, path, query, answer))
		return;
	mishap = faults_next(service->faults, service->route.operation);
	if (!mishap.before)
		start(service, request, query, answer);
	mishap_befall(&mishap, service->route.operation->status, answer);
}

void service_handle(struct service *service,
	const struct service_request *request, struct answer *answer)
{
	handle(service, request, answer);
	if (answer->status == 0 || db_has_failed(service->db))
		answer_fault(answer, FAULT_UNAVAILABLE,
			"The state file cannot be read or written");
}
